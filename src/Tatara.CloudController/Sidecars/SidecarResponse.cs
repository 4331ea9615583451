using Tatara.CloudController.Api;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Sidecars;

/// <summary>A sidecar as the API shows it.</summary>
internal sealed record SidecarResponse(
    string Guid, string Name, string Command, IReadOnlyList<string> ProcessTypes, int? MemoryInMb, string Origin, SidecarRelationships Relationships,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static SidecarResponse Of(Sidecar sidecar) => new(
        sidecar.Guid, sidecar.Name, sidecar.Command, sidecar.ProcessTypes, sidecar.MemoryMb, sidecar.Origin,
        new SidecarRelationships(Relationship.To(sidecar.AppGuid)), sidecar.CreatedAt, sidecar.UpdatedAt);
}

internal sealed record SidecarRelationships(Relationship App);
