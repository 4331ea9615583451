namespace Tatara.LogCache.Store;

/// <summary>Which lines of each stream a source has, so that a batch may come twice.</summary>
internal sealed class StreamPositions
{
    /// <summary>An app has a stream for each instance that ever ran, but only those of late can repeat themselves.</summary>
    private const int MaxStreams = 1000;

    private readonly Dictionary<string, Position> _streams = new(StringComparer.Ordinal);
    private long _use;

    public int Count => _streams.Count;

    /// <summary>Adds a line. False: it is here already.</summary>
    public bool Add(string stream, long sequence)
    {
        if (!_streams.TryGetValue(stream, out var position))
        {
            if (_streams.Count == MaxStreams) _streams.Remove(_streams.MinBy(s => s.Value.LastUse).Key);
            _streams[stream] = position = new Position();
        }
        position.LastUse = ++_use;
        return position.Ranges.Add(sequence);
    }

    private sealed class Position
    {
        public SequenceRanges Ranges { get; } = new();

        public long LastUse { get; set; }
    }
}
