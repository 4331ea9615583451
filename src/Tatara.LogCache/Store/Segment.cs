namespace Tatara.LogCache.Store;

/// <summary>Who wrote a line. Lines of one origin differ in little else, so a segment names each origin once.</summary>
internal sealed record Origin(string Stream, string InstanceId, string SourceType);

/// <summary>
/// Some hundred kilobytes of lines in the order they came, in memory exactly as on disk. Bytes are only ever added;
/// those up to <see cref="Persisted"/> are in the file.
/// </summary>
internal sealed class Segment
{
    private readonly List<Origin> _origins = [];
    private readonly Dictionary<Origin, ushort> _originNumbers = [];
    private byte[] _bytes;

    private Segment(long number, byte[] bytes, int length)
    {
        Number = number;
        _bytes = bytes;
        Length = length;
    }

    /// <summary>Segments of a source are numbered in the order they were begun.</summary>
    public long Number { get; }

    public int Length { get; private set; }

    /// <summary>Bytes that are in the file.</summary>
    public int Persisted { get; set; }

    /// <summary>Lines that the source still shows.</summary>
    public int Lines { get; set; }

    public int Capacity => _bytes.Length;

    public ReadOnlySpan<byte> Unpersisted => _bytes.AsSpan(Persisted, Length - Persisted);

    /// <summary>No more origins fit; a new segment has to be begun.</summary>
    public bool IsFull(int maxBytes) => Length >= maxBytes || _origins.Count >= ushort.MaxValue;

    public static Segment Begin(long number, string sourceId)
    {
        var head = SegmentFormat.Head(sourceId);
        return new Segment(number, head, head.Length);
    }

    /// <summary>Takes what a file held, as far as it is whole. Calls <paramref name="found"/> for each line.</summary>
    /// <returns>Null when not even its head is.</returns>
    public static Segment? Recover(long number, string sourceId, byte[] bytes, Action<Segment, FoundLine> found)
    {
        if (SegmentFormat.SourceIdOf(bytes) != sourceId) return null;
        var segment = new Segment(number, bytes, SegmentFormat.Head(sourceId).Length);
        while (SegmentFormat.TryReadRecord(bytes, segment.Length, out var kind, out var body))
        {
            if (kind == RecordKind.Origin && SegmentFormat.TryReadOrigin(body, out var origin)) segment.AddOrigin(origin);
            else if (kind == RecordKind.Log && SegmentFormat.TryReadLine(body, out var line) && line.Origin < segment._origins.Count)
                found(segment, new FoundLine(line.Timestamp, line.Sequence, segment._origins[line.Origin].Stream, segment.Length));
            else break;
            segment.Length += SegmentFormat.RecordHead + body.Length;
        }
        segment.Persisted = segment.Length;
        return segment;
    }

    /// <summary>Adds a line.</summary>
    /// <returns>Where it is, for <see cref="Read"/>.</returns>
    public int Append(Origin origin, long timestamp, long sequence, bool isError, ReadOnlySpan<byte> payload)
    {
        if (!_originNumbers.TryGetValue(origin, out var number))
        {
            var body = SegmentFormat.OriginBody(origin);
            SegmentFormat.WriteRecord(Grow(SegmentFormat.RecordHead + body.Length), RecordKind.Origin, body);
            number = AddOrigin(origin);
        }
        var offset = Length;
        SegmentFormat.WriteLine(Grow(SegmentFormat.LineLength(payload.Length)), new StoredLine(timestamp, sequence, number, isError), payload);
        return offset;
    }

    public LogEnvelope Read(int offset)
    {
        if (!SegmentFormat.TryReadRecord(_bytes.AsSpan(0, Length), offset, out _, out var body) || !SegmentFormat.TryReadLine(body, out var line))
            throw new InvalidOperationException("A line in memory changed by itself.");
        var origin = _origins[line.Origin];
        return new LogEnvelope(line.Timestamp, origin.InstanceId, origin.SourceType, line.IsError, body[SegmentFormat.LineHead..].ToArray());
    }

    private ushort AddOrigin(Origin origin)
    {
        var number = (ushort)_origins.Count;
        _origins.Add(origin);
        _originNumbers[origin] = number;
        return number;
    }

    private Span<byte> Grow(int count)
    {
        if (Length + count > _bytes.Length) Array.Resize(ref _bytes, Math.Max(Length + count, Math.Min(_bytes.Length * 2, _bytes.Length + 256 * 1024)));
        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }
}

/// <summary>A line met while a segment is recovered.</summary>
internal readonly record struct FoundLine(long Timestamp, long Sequence, string Stream, int Offset);
