namespace Tatara.CloudController.Data;

/// <summary>An installed buildpack. The position orders detection.</summary>
internal sealed class Buildpack : LabelledEntity
{
    public required string Name { get; set; }
    public string? Stack { get; set; }
    public int Position { get; set; }
    public bool Enabled { get; set; } = true;
    public bool Locked { get; set; }

    /// <summary>AWAITING_UPLOAD or READY.</summary>
    public string State { get; set; } = "AWAITING_UPLOAD";
    public string? Filename { get; set; }

    /// <summary>Hash of the zip; null until there is one. With the guid it names the bits.</summary>
    public string? Sha256 { get; set; }

    /// <summary>Of one that came with the platform: name, size and time of the zip, by which a changed one is known without reading it.</summary>
    public string? Source { get; set; }
}

/// <summary>A root filesystem that apps run on.</summary>
internal sealed class Stack : LabelledEntity
{
    public required string Name { get; set; }
    public string? Description { get; set; }
}
