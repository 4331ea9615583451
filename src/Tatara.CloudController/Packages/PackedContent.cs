namespace Tatara.CloudController.Packages;

/// <summary>Where the compressed content of one file lies in a zip: it can go into another one as it is.</summary>
/// <param name="HeaderOffset">Of the header in front of it.</param>
internal sealed record PackedContent(long HeaderOffset, int Method, uint Crc32, long PackedBytes, long Bytes);
