namespace Tatara.CloudController.Data;

/// <summary>A file in a package's zip, found by its content: it need not be uploaded again. Goes with its package.</summary>
internal sealed class KnownFile
{
    /// <summary>Lower-case hex; with the size it is the key.</summary>
    public required string Sha1 { get; set; }
    public required long Size { get; set; }
    public required string PackageGuid { get; set; }

    /// <summary>Where it lies in the zip, and how it is compressed.</summary>
    public long HeaderOffset { get; set; }
    public long PackedBytes { get; set; }
    public int Method { get; set; }
    public uint Crc32 { get; set; }

    /// <summary>When a package took it last.</summary>
    public DateTimeOffset UsedAt { get; set; }
}
