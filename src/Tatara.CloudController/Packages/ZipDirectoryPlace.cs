using System.Buffers.Binary;

namespace Tatara.CloudController.Packages;

/// <summary>
/// Where a zip's list of contents begins and how many bytes it takes, from the few bytes at its end. ZipArchive holds that list in memory
/// and believes the archive about it, so it is measured before one is opened.
/// </summary>
internal static class ZipDirectoryPlace
{
    private const int EndBytes = 22, MaxCommentBytes = ushort.MaxValue, LocatorBytes = 20, Zip64EndBytes = 56;

    private static ReadOnlySpan<byte> EndSignature => [0x50, 0x4b, 5, 6];
    private static ReadOnlySpan<byte> LocatorSignature => [0x50, 0x4b, 6, 7];
    private static ReadOnlySpan<byte> Zip64EndSignature => [0x50, 0x4b, 6, 6];

    /// <summary>From where the list begins to where the end record begins, whatever length the archive claims.</summary>
    /// <exception cref="PackageInvalidException">It is no zip, or was cut off.</exception>
    public static (long Start, long Length) Measure(Stream zip)
    {
        var tail = new byte[Math.Min(zip.Length, EndBytes + MaxCommentBytes + LocatorBytes)];
        zip.Position = zip.Length - tail.Length;
        zip.ReadExactly(tail);
        var at = tail.AsSpan().LastIndexOf(EndSignature);
        if (at < 0 || at + EndBytes > tail.Length) throw Broken();
        var end = zip.Length - tail.Length + at;
        long start = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at + 16));
        if (at >= LocatorBytes && tail.AsSpan(at - LocatorBytes).StartsWith(LocatorSignature))
            start = Math.Min(start, Zip64Start(zip, BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(at - LocatorBytes + 8))));
        return start >= 0 && start <= end ? (start, end - start) : throw Broken();
    }

    private static long Zip64Start(Stream zip, long position)
    {
        if (position < 0 || position > zip.Length - Zip64EndBytes) throw Broken();
        var record = new byte[Zip64EndBytes];
        zip.Position = position;
        zip.ReadExactly(record);
        if (!record.AsSpan().StartsWith(Zip64EndSignature)) throw Broken();
        return BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48));
    }

    private static PackageInvalidException Broken() =>
        new("The upload is not a zip archive, or it was cut off: it has no end-of-central-directory record.");
}
