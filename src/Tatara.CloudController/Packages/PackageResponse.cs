using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Metadata;

namespace Tatara.CloudController.Packages;

/// <summary>A package as the API shows it.</summary>
internal sealed record PackageResponse(
    string Guid, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Type, PackageData Data, string State,
    PackageRelationships Relationships, MetadataResponse Metadata, IReadOnlyDictionary<string, Link> Links)
{
    public static PackageResponse Of(Package package, Links links)
    {
        var self = $"/v3/packages/{package.Guid}";
        return new PackageResponse(
            package.Guid, package.CreatedAt, package.UpdatedAt, package.Type,
            new PackageData(package.Error, Checksum.Of(package.Sha256, package.Sha1)),
            package.State,
            new PackageRelationships(Relationship.To(package.AppGuid)),
            MetadataResponse.Of(package),
            new Dictionary<string, Link>
            {
                ["self"] = links.To(self),
                ["upload"] = links.Post(self + "/upload"),
                ["download"] = links.To(self + "/download"),
                ["app"] = links.To($"/v3/apps/{package.AppGuid}"),
            });
    }
}

internal sealed record PackageData(string? Error, Checksum Checksum);

internal sealed record PackageRelationships(Relationship App);

/// <summary>A hash; the value is null until there are bits.</summary>
internal sealed record Checksum(string Type, string? Value)
{
    public static Checksum Of(string? sha256, string? sha1) => sha256 is null && sha1 is not null ? new("sha1", sha1) : new("sha256", sha256);
}
