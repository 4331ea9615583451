using System.Buffers.Binary;
using System.Text;

namespace Tatara.CloudController.Packages;

/// <summary>Writes a zip of contents that are compressed already. Front to back, so it can go into a pipe.</summary>
internal sealed class PackageZip(Stream target)
{
    private const int BufferBytes = 128 * 1024;
    private const ushort NeedsVersion = 20, NeedsZip64 = 45, MadeOnUnix = 3 << 8, NamesAreUtf8 = 1 << 11;

    /// <summary>A zip can tell no time before 1980-01-01, which this is.</summary>
    public const uint NoTime = 0x0021_0000;

    /// <summary>MS-DOS' form of a time, in steps of two seconds.</summary>
    public static uint TimeOf(DateTimeOffset time) => time.Year is < 1980 or > 2107
        ? NoTime
        : (uint)(((time.Year - 1980) << 25) | (time.Month << 21) | (time.Day << 16) | (time.Hour << 11) | (time.Minute << 5) | (time.Second / 2));

    private readonly MemoryStream _directory = new();
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _count;
    private long _offset;

    /// <summary>Copies a content from a zip; says where it lies now.</summary>
    /// <param name="attributes">Mode and kind, as <see cref="EntryMode.Attributes"/> writes them.</param>
    /// <param name="time">Date and time in MS-DOS' form.</param>
    public async Task<PackedContent> AddAsync(string name, int attributes, uint time, Stream source, PackedContent content, CancellationToken cancellationToken)
    {
        var written = content with { HeaderOffset = _offset };
        var utf8 = Encoding.UTF8.GetBytes(name);
        var header = new byte[26];
        WriteCommon(header, written, time, utf8.Length);
        await WriteAsync("PK\x3\x4"u8.ToArray(), cancellationToken);
        await WriteAsync(header, cancellationToken);
        await WriteAsync(utf8, cancellationToken);
        ZipDirectory.MoveTo(source, content);
        for (var left = content.PackedBytes; left > 0;)
        {
            var count = source.Read(_buffer, 0, (int)Math.Min(left, BufferBytes));
            if (count == 0) throw new PackageInvalidException("The archive is damaged or was cut off.");
            left -= count;
            await WriteAsync(_buffer.AsMemory(0, count), cancellationToken);
        }
        AddToDirectory(header, utf8, attributes, written.HeaderOffset);
        _count++;
        return written;
    }

    /// <summary>Writes the list of contents. The zip is complete then.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        var (start, length) = (_offset, _directory.Length);
        await WriteAsync(_directory.GetBuffer().AsMemory(0, (int)length), cancellationToken);
        if (_count >= ushort.MaxValue) await WriteAsync(Zip64End(start, length), cancellationToken);
        var end = new byte[22];
        "PK\x5\x6"u8.CopyTo(end);
        var count = (ushort)Math.Min(_count, ushort.MaxValue);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), count);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), count);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(12), checked((uint)length));
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(16), checked((uint)start));
        await WriteAsync(end, cancellationToken);
    }

    /// <summary>The fields that the header of an entry and its line in the list have in common, in the same order.</summary>
    private static void WriteCommon(Span<byte> header, PackedContent content, uint time, int nameLength)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(header, NeedsVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], NamesAreUtf8);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], checked((ushort)content.Method));
        BinaryPrimitives.WriteUInt32LittleEndian(header[6..], time);
        BinaryPrimitives.WriteUInt32LittleEndian(header[10..], content.Crc32);
        BinaryPrimitives.WriteUInt32LittleEndian(header[14..], checked((uint)content.PackedBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(header[18..], checked((uint)content.Bytes));
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], checked((ushort)nameLength));
    }

    private void AddToDirectory(ReadOnlySpan<byte> common, ReadOnlySpan<byte> name, int attributes, long offset)
    {
        Span<byte> line = stackalloc byte[46];
        line.Clear();
        "PK\x1\x2"u8.CopyTo(line);
        BinaryPrimitives.WriteUInt16LittleEndian(line[4..], MadeOnUnix | NeedsVersion);
        common.CopyTo(line[6..]);
        BinaryPrimitives.WriteInt32LittleEndian(line[38..], attributes);
        BinaryPrimitives.WriteUInt32LittleEndian(line[42..], checked((uint)offset));
        _directory.Write(line);
        _directory.Write(name);
    }

    /// <summary>What a list of more entries than 16 bits can count needs besides.</summary>
    private byte[] Zip64End(long start, long length)
    {
        var end = new byte[56 + 20];
        "PK\x6\x6"u8.CopyTo(end);
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(4), 44);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(12), MadeOnUnix | NeedsZip64);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(14), NeedsZip64);
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(24), _count);
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(32), _count);
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(40), length);
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(48), start);
        "PK\x6\x7"u8.CopyTo(end.AsSpan(56));
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(64), start + length);
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(72), 1);
        return end;
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await target.WriteAsync(bytes, cancellationToken);
        _offset += bytes.Length;
    }
}
