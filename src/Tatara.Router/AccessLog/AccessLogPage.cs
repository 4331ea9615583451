using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Tatara.Protocol;
using Tatara.Router.Proxy;

namespace Tatara.Router.AccessLog;

/// <summary>
/// Lines that travel together. With base64 and JSON around them they stay below what the runtime counts as a large
/// object, and far below the bus's largest message.
/// </summary>
internal sealed class AccessLogPage
{
    private const int MaxBytes = 32 * 1024;
    private const int MaxLines = 250;

    private static ReadOnlySpan<byte> AfterTimestamp => ",\"type\":\"OUT\",\"payload\":\""u8;
    private static ReadOnlySpan<byte> EntryEnd => "\"}"u8;
    private static ReadOnlySpan<byte> EmptyEnd => "]}"u8;

    private readonly byte[] _bytes = new byte[MaxBytes];
    private readonly List<Line> _lines = [];
    private int _length;

    public bool IsEmpty => _lines.Count == 0;

    public int Count => _lines.Count;

    /// <param name="head">As <see cref="HeadOf"/> writes it.</param>
    public bool TryAdd(byte[] head, DateTimeOffset at, ReadOnlySpan<byte> text)
    {
        if (_lines.Count == MaxLines || _length + text.Length > MaxBytes) return false;
        text.CopyTo(_bytes.AsSpan(_length));
        _lines.Add(new Line(head, at, _length, text.Length));
        _length += text.Length;
        return true;
    }

    /// <summary>Writes a <see cref="LogBatch"/> as JSON. There may be a hundred thousand lines a second: only what differs between them is made anew.</summary>
    public void WriteBatch(string stream, long firstSequence, DateTimeOffset sent, IBufferWriter<byte> output)
    {
        const int longestNumber = 20;
        output.Write(JsonSerializer.SerializeToUtf8Bytes(new LogBatch(stream, firstSequence, [], sent.ToUnixNanoseconds()), ProtocolJson.Default.LogBatch).AsSpan()[..^EmptyEnd.Length]);
        var isFirst = true;
        foreach (var line in _lines)
        {
            var span = output.GetSpan(1 + line.Head.Length + longestNumber + AfterTimestamp.Length + Base64.GetMaxEncodedToUtf8Length(line.Length) + EntryEnd.Length);
            var writer = new SpanWriter(span);
            if (!isFirst) writer.Write(","u8);
            isFirst = false;
            writer.Write(line.Head);
            writer.Write(line.At.ToUnixNanoseconds());
            writer.Write(AfterTimestamp);
            Base64.EncodeToUtf8(_bytes.AsSpan(line.Start, line.Length), span[writer.Written..], out _, out var encoded);
            EntryEnd.CopyTo(span[(writer.Written + encoded)..]);
            output.Advance(writer.Written + encoded + EntryEnd.Length);
        }
        output.Write(EmptyEnd);
    }

    /// <summary>The part of a line's <see cref="LogEntry"/> that all lines of an instance have in common: up to the timestamp's value.</summary>
    public static byte[] HeadOf(string app, string index)
    {
        var entry = JsonSerializer.SerializeToUtf8Bytes(new LogEntry(app, index, "RTR", 0, LogTypes.Out, []), ProtocolJson.Default.LogEntry);
        return entry[..^(1 + AfterTimestamp.Length + EntryEnd.Length)];
    }

    public void Clear()
    {
        _lines.Clear();
        _length = 0;
    }

    private readonly record struct Line(byte[] Head, DateTimeOffset At, int Start, int Length);
}
