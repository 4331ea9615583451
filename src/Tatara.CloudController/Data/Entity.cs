namespace Tatara.CloudController.Data;

/// <summary>What every row has. Rows refer to each other by guid; the number only keeps the order of creation.</summary>
internal abstract class Entity
{
    public long Id { get; set; }
    public string Guid { get; set; } = NewGuid();
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }

    public static string NewGuid() => System.Guid.NewGuid().ToString("D");
}

/// <summary>A row that users may label. Replace the dictionaries as a whole, never change them in place.</summary>
internal abstract class LabelledEntity : Entity
{
    public IReadOnlyDictionary<string, string?> Labels { get; set; } = new Dictionary<string, string?>();
    public IReadOnlyDictionary<string, string?> Annotations { get; set; } = new Dictionary<string, string?>();
}

/// <summary>The labels again, a row each, so that label selectors are queries. Kept in step by <see cref="CloudControllerDbContext"/>.</summary>
internal sealed class LabelRow
{
    public long Id { get; set; }
    public required string ResourceGuid { get; set; }
    public required string Key { get; set; }
    public string? Value { get; set; }
}
