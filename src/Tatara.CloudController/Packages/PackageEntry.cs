namespace Tatara.CloudController.Packages;

/// <summary>What an entry of an archive is.</summary>
internal enum EntryKind
{
    File,
    Folder,
    Link,
}

/// <summary>One entry of an archive that was checked.</summary>
/// <param name="Path">As <see cref="EntryPath"/> wrote it.</param>
/// <param name="Mode">Permission bits, 0 to 0777.</param>
/// <param name="Size">Bytes, counted.</param>
/// <param name="Sha1">Of the content; a link's is where it leads to. Null for a folder.</param>
/// <param name="Content">Where it lies in the archive.</param>
internal sealed record PackageEntry(string Path, EntryKind Kind, int Mode, long Size, string? Sha1, PackedContent Content);
