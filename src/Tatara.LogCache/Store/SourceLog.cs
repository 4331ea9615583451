using Tatara.Protocol;

namespace Tatara.LogCache.Store;

/// <summary>A line of a batch and its number in its stream.</summary>
internal readonly record struct SequencedEntry(long Sequence, LogEntry Entry);

/// <summary>What a reader asks for: [Start, End), at most Limit lines, from one end or the other.</summary>
internal sealed record ReadQuery(long Start, long End, int Limit, bool Descending, IReadOnlyList<EnvelopeType> Types, bool HasNameFilter)
{
    /// <summary>Log lines have no name, so a filter on names leaves none of them, as in log-cache.</summary>
    public bool WantsLogs => !HasNameFilter && (Types.Count == 0 || Types.Contains(EnvelopeType.Log));
}

/// <summary>How much of a source there is.</summary>
internal readonly record struct SourceMeta(long Count, long Expired, long Oldest, long Newest);

/// <summary>
/// The lines of one app. They are on disk, and in memory while they are used: loading happens by itself, unloading when
/// the store says so. When the disk takes nothing they stay in memory until it does.
/// </summary>
internal sealed class SourceLog(string id, SourceFiles files, StoreLimits limits, StoreTotals totals)
{
    private const int BytesOfIndexEntry = 24;
    private const int BytesOfStream = 200;

    private readonly Lock _lock = new();
    private readonly List<Segment> _segments = [];
    private TimeIndex? _index;
    private StreamPositions _positions = new();
    private SourceMeta _meta;
    private long _expired;
    private bool _metaKnown;
    private bool _removed;

    public string Id => id;

    /// <summary>Last written or read.</summary>
    public DateTimeOffset UsedAt { get; private set; }

    public DateTimeOffset WrittenAt { get; private set; }

    public long MemoryBytes { get; private set; }

    public long DiskBytes { get; private set; }

    /// <summary>What the last attempt to write said; null when everything is on disk.</summary>
    public Exception? WriteError { get; private set; }

    public void FoundOnDisk(long bytes, DateTimeOffset changedAt)
    {
        Account(0, bytes);
        (WrittenAt, UsedAt) = (changedAt, changedAt);
    }

    /// <summary>Adds those lines that are not here yet. False: the source was removed meanwhile; ask the store again.</summary>
    public bool TryAppend(string stream, IReadOnlyList<SequencedEntry> lines, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_removed) return false;
            var index = Load();
            foreach (var (sequence, entry) in lines)
            {
                if (!_positions.Add(stream, sequence)) continue;
                var timestamp = index.FreeFrom(StoreLimits.Believe(entry.Timestamp, now));
                var segment = Current();
                var offset = segment.Append(
                    new Origin(stream, entry.InstanceId, entry.SourceType), timestamp, sequence, entry.Type == LogTypes.Err, StoreLimits.Cut(entry.Payload));
                segment.Lines++;
                index.Insert(new IndexEntry(timestamp, segment, offset));
            }
            Trim(index);
            Flush();
            (UsedAt, WrittenAt) = (now, now);
            return true;
        }
    }

    public List<LogEnvelope> Read(ReadQuery query, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_removed || !query.WantsLogs) return [];
            var index = Load();
            UsedAt = now;
            var (from, to) = (index.LowerBound(query.Start), index.LowerBound(query.End));
            var count = Math.Clamp(to - from, 0, query.Limit);
            var lines = new List<LogEnvelope>(count);
            for (var i = 0; i < count; i++)
            {
                var entry = index[query.Descending ? to - 1 - i : from + i];
                lines.Add(entry.Segment.Read(entry.Offset));
            }
            return lines;
        }
    }

    public SourceMeta Meta()
    {
        lock (_lock)
        {
            if (_metaKnown || _removed) return _meta;
            Load();
            TryUnload();
            return _meta;
        }
    }

    /// <summary>Writes what the disk did not take before.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            if (_removed) return;
            WriteError = null;
            try
            {
                foreach (var segment in _segments)
                    if (segment.Persisted < segment.Length) files.Write(segment);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                WriteError = e;
            }
            Measure();
        }
    }

    /// <summary>Leaves memory. False: the disk does not have everything.</summary>
    public bool TryUnload()
    {
        lock (_lock)
        {
            if (_segments.Exists(s => s.Persisted < s.Length)) return false;
            _segments.Clear();
            _index = null;
            _positions = new StreamPositions();
            Account(0, DiskBytes);
            return true;
        }
    }

    /// <summary>Drops the oldest segment. False: there is none left.</summary>
    public bool DropOldest()
    {
        lock (_lock)
        {
            if (_removed) return false;
            var index = Load();
            if (_segments.Count == 0) return false;
            Drop(index, _segments[0]);
            Measure();
            return true;
        }
    }

    public void Remove()
    {
        lock (_lock)
        {
            _removed = true;
            _segments.Clear();
            _index = null;
            Account(0, 0);
            files.DeleteAll();
        }
    }

    private TimeIndex Load()
    {
        if (_index is not null) return _index;
        var index = new TimeIndex();
        foreach (var (number, bytes) in files.ReadAll())
        {
            var segment = Segment.Recover(number, id, bytes, (found, line) =>
            {
                found.Lines++;
                index.Insert(new IndexEntry(line.Timestamp, found, line.Offset));
                _positions.Add(line.Stream, line.Sequence);
            });
            if (segment is not null) _segments.Add(segment);
        }
        _index = index;
        Trim(index);
        Measure();
        return index;
    }

    private Segment Current()
    {
        var last = _segments.LastOrDefault();
        if (last is not null && !last.IsFull(limits.SegmentBytes)) return last;
        var segment = Segment.Begin(last is null ? 1 : last.Number + 1, id);
        _segments.Add(segment);
        return segment;
    }

    private void Trim(TimeIndex index)
    {
        while (index.Count > limits.EnvelopesPerSource)
        {
            index.RemoveFirst().Segment.Lines--;
            _expired++;
        }
        while (_segments.Count > 1 && (_segments[0].Lines == 0 || _segments.Sum(s => (long)s.Length) > limits.BytesPerSource)) Drop(index, _segments[0]);
    }

    private void Drop(TimeIndex index, Segment segment)
    {
        _expired += index.Remove(segment);
        _segments.Remove(segment);
        files.Delete(segment);
    }

    private void Measure()
    {
        if (_index is not { } index) return;
        Account(
            _segments.Sum(s => (long)s.Capacity) + (long)index.Capacity * BytesOfIndexEntry + (long)_positions.Count * BytesOfStream,
            _segments.Sum(s => (long)s.Persisted));
        _meta = index.Count == 0 ? new SourceMeta(0, _expired, 0, 0) : new SourceMeta(index.Count, _expired, index[0].Timestamp, index[index.Count - 1].Timestamp);
        _metaKnown = true;
    }

    private void Account(long memory, long disk)
    {
        totals.Add(memory - MemoryBytes, disk - DiskBytes);
        (MemoryBytes, DiskBytes) = (memory, disk);
    }
}
