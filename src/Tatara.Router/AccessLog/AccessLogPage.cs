using Tatara.Protocol;

namespace Tatara.Router.AccessLog;

/// <summary>Lines that travel together: with base64 and JSON around them they stay far below the bus's largest message, 1 MB.</summary>
internal sealed class AccessLogPage
{
    private const int MaxBytes = 128 * 1024;
    private const int MaxLines = 1000;

    private readonly byte[] _bytes = new byte[MaxBytes];
    private readonly List<Line> _lines = [];
    private int _length;

    public bool IsEmpty => _lines.Count == 0;

    public bool TryAdd(string app, string index, DateTimeOffset at, ReadOnlySpan<byte> text)
    {
        if (_lines.Count == MaxLines || _length + text.Length > MaxBytes) return false;
        text.CopyTo(_bytes.AsSpan(_length));
        _lines.Add(new Line(app, index, at, _length, text.Length));
        _length += text.Length;
        return true;
    }

    public List<LogEntry> ToEntries() => _lines.ConvertAll(line => new LogEntry(
        line.App, line.Index, "RTR", (line.At - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick, LogTypes.Out,
        _bytes.AsSpan(line.Start, line.Length).ToArray()));

    public void Clear()
    {
        _lines.Clear();
        _length = 0;
    }

    private readonly record struct Line(string App, string Index, DateTimeOffset At, int Start, int Length);
}
