namespace Tatara.Dea.Archives;

/// <summary>What an archive may unpack to.</summary>
/// <param name="Bytes">Of all files together.</param>
/// <param name="Entries">Files, directories and links.</param>
/// <param name="AbsoluteLinks">Symbolic links may name absolute targets: right where they are only ever followed inside a container, whose root is its own.</param>
internal sealed record ArchiveLimits(long Bytes, int Entries, bool AbsoluteLinks);
