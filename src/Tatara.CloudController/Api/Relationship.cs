using System.Text.Json.Serialization;

namespace Tatara.CloudController.Api;

/// <summary>{"data": {"guid": …}}, with null data when there is none.</summary>
internal sealed record Relationship(GuidReference? Data)
{
    public static Relationship To(string? guid) => new(guid is null ? null : new GuidReference(guid));
}

/// <summary>{"data": [{"guid": …}]}.</summary>
internal sealed record Relationships(IReadOnlyList<GuidReference> Data)
{
    public static Relationships To(IEnumerable<string> guids) => new([.. guids.Select(g => new GuidReference(g))]);
}

/// <summary>{"data": …, "links": …}, as the relationship endpoints answer.</summary>
internal sealed record RelationshipResponse(
    object? Data,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, Link>? Links = null);

internal sealed record GuidReference(string Guid);
