using System.Buffers.Binary;

namespace Tatara.CloudController.Packages;

/// <summary>
/// A zip's list of contents, as far as ZipArchive does not tell: where each entry's compressed content lies. Read after
/// ZipArchive has read every entry, and in its order.
/// </summary>
internal static class ZipDirectory
{
    private const int EntryBytes = 46, LocalHeaderBytes = 30;
    private const uint Wide = uint.MaxValue;
    private const int WideFields = 1;

    private static ReadOnlySpan<byte> EntrySignature => [0x50, 0x4b, 1, 2];
    private static ReadOnlySpan<byte> LocalSignature => [0x50, 0x4b, 3, 4];

    /// <exception cref="PackageInvalidException">It is damaged, or the contents claim more bytes than the zip has.</exception>
    public static IReadOnlyList<PackedContent> Read(Stream zip, long start, int length)
    {
        var bytes = new byte[length];
        zip.Position = start;
        zip.ReadExactly(bytes);
        var entries = new List<PackedContent>();
        long packed = 0;
        for (ReadOnlySpan<byte> rest = bytes; rest.Length >= EntryBytes && rest.StartsWith(EntrySignature);)
        {
            var name = BinaryPrimitives.ReadUInt16LittleEndian(rest[28..]);
            var extra = BinaryPrimitives.ReadUInt16LittleEndian(rest[30..]);
            var comment = BinaryPrimitives.ReadUInt16LittleEndian(rest[32..]);
            if (rest.Length < EntryBytes + name + extra + comment) throw Damaged();
            var entry = Parse(rest, rest.Slice(EntryBytes + name, extra));
            // Entries that share bytes would make a package far larger than what was uploaded.
            packed += entry.PackedBytes;
            if (entry.PackedBytes < 0 || entry.HeaderOffset < 0 || packed > zip.Length) throw Damaged();
            entries.Add(entry);
            rest = rest[(EntryBytes + name + extra + comment)..];
        }
        return entries;
    }

    /// <summary>Leaves the zip at the first byte of the content.</summary>
    public static void MoveTo(Stream zip, PackedContent content)
    {
        Span<byte> header = stackalloc byte[LocalHeaderBytes];
        zip.Position = content.HeaderOffset;
        if (zip.ReadAtLeast(header, LocalHeaderBytes, throwOnEndOfStream: false) < LocalHeaderBytes || !header.StartsWith(LocalSignature)) throw Damaged();
        zip.Position += BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
    }

    private static PackedContent Parse(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> extra)
    {
        var wide = WideOf(extra);
        var bytes = Field(BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]), ref wide);
        var packed = Field(BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]), ref wide);
        var offset = Field(BinaryPrimitives.ReadUInt32LittleEndian(entry[42..]), ref wide);
        return new PackedContent(
            offset, BinaryPrimitives.ReadUInt16LittleEndian(entry[10..]), BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]), packed, bytes);
    }

    /// <summary>A number that 32 bits do not hold stands in the extra field, after those before it that stand there, too.</summary>
    private static long Field(uint narrow, ref ReadOnlySpan<byte> wide)
    {
        if (narrow != Wide || wide.Length < sizeof(long)) return narrow;
        var value = BinaryPrimitives.ReadInt64LittleEndian(wide);
        wide = wide[sizeof(long)..];
        return value;
    }

    private static ReadOnlySpan<byte> WideOf(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (extra.Length < 4 + length) break;
            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == WideFields) return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }
        return [];
    }

    private static PackageInvalidException Damaged() => new("The archive is damaged or was cut off.");
}
