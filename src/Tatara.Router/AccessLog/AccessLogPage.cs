using System.Text.Json;
using Tatara.Protocol;

namespace Tatara.Router.AccessLog;

/// <summary>
/// Lines that travel together. With base64 and JSON around them they stay below what the runtime counts as a large
/// object, and far below the bus's largest message.
/// </summary>
internal sealed class AccessLogPage
{
    private const int MaxBytes = 32 * 1024;
    private const int MaxLines = 250;

    private readonly byte[] _bytes = new byte[MaxBytes];
    private readonly List<Line> _lines = [];
    private int _length;

    public bool IsEmpty => _lines.Count == 0;

    public int Count => _lines.Count;

    public bool TryAdd(string app, string index, DateTimeOffset at, ReadOnlySpan<byte> text)
    {
        if (_lines.Count == MaxLines || _length + text.Length > MaxBytes) return false;
        text.CopyTo(_bytes.AsSpan(_length));
        _lines.Add(new Line(app, index, at, _length, text.Length));
        _length += text.Length;
        return true;
    }

    /// <summary>Writes a <see cref="LogBatch"/>. There may be a hundred thousand lines a second: no object is made of any.</summary>
    public void WriteBatch(string stream, long firstSequence, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("stream"u8, stream);
        json.WriteNumber("first_sequence"u8, firstSequence);
        json.WriteStartArray("entries"u8);
        foreach (var line in _lines)
        {
            json.WriteStartObject();
            json.WriteString("source_id"u8, line.App);
            json.WriteString("instance_id"u8, line.Index);
            json.WriteString("source_type"u8, "RTR"u8);
            json.WriteNumber("timestamp"u8, (line.At - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick);
            json.WriteString("type"u8, LogTypes.Out);
            json.WriteBase64String("payload"u8, _bytes.AsSpan(line.Start, line.Length));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    public void Clear()
    {
        _lines.Clear();
        _length = 0;
    }

    private readonly record struct Line(string App, string Index, DateTimeOffset At, int Start, int Length);
}
