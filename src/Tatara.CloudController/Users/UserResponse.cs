using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Metadata;

namespace Tatara.CloudController.Users;

internal sealed record UserResponse(
    string Guid, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string? Username, string PresentationName, string? Origin,
    MetadataResponse Metadata, IReadOnlyDictionary<string, Link> Links)
{
    public static UserResponse From(User user, Links links) => new(
        user.Guid, user.CreatedAt, user.UpdatedAt, user.Username, user.Username ?? user.Guid, user.Origin,
        MetadataResponse.Of(user),
        new Dictionary<string, Link> { ["self"] = links.To($"/v3/users/{Uri.EscapeDataString(user.Guid)}") });
}
