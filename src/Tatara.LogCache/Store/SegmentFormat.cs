using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Tatara.LogCache.Store;

internal enum RecordKind : byte
{
    Origin = 0,
    Log = 1,
}

/// <summary>The part of a line that has a fixed size.</summary>
internal readonly record struct StoredLine(long Timestamp, long Sequence, ushort Origin, bool IsError);

/// <summary>
/// How a segment is written. Head: magic, length of the source id, source id. Then records: length (4), CRC-32C of the
/// rest (4), kind (1), body. A file that was cut off or damaged is good up to its last whole record.
/// </summary>
internal static class SegmentFormat
{
    /// <summary>Bytes of a record before its body.</summary>
    public const int RecordHead = 9;

    /// <summary>Bytes of a line's body before its payload: timestamp, sequence, origin, standard error or not.</summary>
    public const int LineHead = 19;

    /// <summary>Longest record that is believed: more than any that is written.</summary>
    private const int MaxBody = 1024 * 1024;

    private static ReadOnlySpan<byte> Magic => "TLC1"u8;

    public static byte[] Head(string sourceId)
    {
        var id = Encoding.UTF8.GetBytes(sourceId);
        var head = new byte[Magic.Length + 2 + id.Length];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(Magic.Length), (ushort)id.Length);
        id.CopyTo(head, Magic.Length + 2);
        return head;
    }

    /// <summary>Null: no whole head.</summary>
    public static string? SourceIdOf(ReadOnlySpan<byte> segment)
    {
        if (segment.Length < Magic.Length + 2 || !segment.StartsWith(Magic)) return null;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(segment[Magic.Length..]);
        var id = segment[(Magic.Length + 2)..];
        return id.Length < length ? null : Encoding.UTF8.GetString(id[..length]);
    }

    public static int LineLength(int payloadLength) => RecordHead + LineHead + payloadLength;

    public static void WriteLine(Span<byte> target, StoredLine line, ReadOnlySpan<byte> payload)
    {
        var body = target[RecordHead..];
        BinaryPrimitives.WriteInt64LittleEndian(body, line.Timestamp);
        BinaryPrimitives.WriteInt64LittleEndian(body[8..], line.Sequence);
        BinaryPrimitives.WriteUInt16LittleEndian(body[16..], line.Origin);
        body[18] = line.IsError ? (byte)1 : (byte)0;
        payload.CopyTo(body[LineHead..]);
        Seal(target, RecordKind.Log);
    }

    public static bool TryReadLine(ReadOnlySpan<byte> body, out StoredLine line)
    {
        line = body.Length < LineHead ? default : new StoredLine(
            BinaryPrimitives.ReadInt64LittleEndian(body),
            BinaryPrimitives.ReadInt64LittleEndian(body[8..]),
            BinaryPrimitives.ReadUInt16LittleEndian(body[16..]),
            body[18] != 0);
        return body.Length >= LineHead;
    }

    public static byte[] OriginBody(Origin origin)
    {
        using var body = new MemoryStream();
        using var writer = new BinaryWriter(body, Encoding.UTF8);
        writer.Write(origin.Stream);
        writer.Write(origin.InstanceId);
        writer.Write(origin.SourceType);
        return body.ToArray();
    }

    public static bool TryReadOrigin(ReadOnlySpan<byte> body, out Origin origin)
    {
        using var reader = new BinaryReader(new MemoryStream(body.ToArray()), Encoding.UTF8);
        try
        {
            origin = new Origin(reader.ReadString(), reader.ReadString(), reader.ReadString());
            return true;
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            origin = new Origin("", "", "");
            return false;
        }
    }

    public static void WriteRecord(Span<byte> target, RecordKind kind, ReadOnlySpan<byte> body)
    {
        body.CopyTo(target[RecordHead..]);
        Seal(target, kind);
    }

    public static bool TryReadRecord(ReadOnlySpan<byte> segment, int offset, out RecordKind kind, out ReadOnlySpan<byte> body)
    {
        kind = default;
        body = default;
        if (segment.Length - offset < RecordHead) return false;
        var record = segment[offset..];
        var length = BinaryPrimitives.ReadUInt32LittleEndian(record);
        if (length > MaxBody || record.Length < RecordHead + (int)length) return false;
        record = record[..(RecordHead + (int)length)];
        if (BinaryPrimitives.ReadUInt32LittleEndian(record[4..]) != Checksum(record[8..])) return false;
        kind = (RecordKind)record[8];
        body = record[RecordHead..];
        return true;
    }

    private static void Seal(Span<byte> record, RecordKind kind)
    {
        record[8] = (byte)kind;
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(record.Length - RecordHead));
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Checksum(record[8..]));
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
