namespace Tatara.LogCache.Store;

/// <summary>Where a line is.</summary>
internal readonly record struct IndexEntry(long Timestamp, Segment Segment, int Offset);

/// <summary>The lines of a source by time. Lines mostly come in order, so adding is mostly appending; the oldest goes first.</summary>
internal sealed class TimeIndex
{
    private IndexEntry[] _entries = new IndexEntry[16];
    private int _first;

    public int Count { get; private set; }

    public int Capacity => _entries.Length;

    public IndexEntry this[int position] => _entries[_first + position];

    /// <summary>Position of the first line at or after a moment.</summary>
    public int LowerBound(long timestamp)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (this[middle].Timestamp < timestamp) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <summary>
    /// The first nanosecond from a moment on that has no line: readers walk on from the last timestamp they saw, and
    /// would miss one of two lines of the same nanosecond.
    /// </summary>
    public long FreeFrom(long timestamp)
    {
        var start = LowerBound(timestamp);
        // Timestamps rise by one at least, so those that rise by exactly one are the beginning: halving finds its end.
        var (low, high) = (start, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (this[middle].Timestamp == timestamp + (middle - start)) low = middle + 1;
            else high = middle;
        }
        return timestamp + (low - start);
    }

    public void Insert(IndexEntry entry)
    {
        var position = LowerBound(entry.Timestamp);
        if (_first + Count == _entries.Length) MakeRoom();
        Array.Copy(_entries, _first + position, _entries, _first + position + 1, Count - position);
        _entries[_first + position] = entry;
        Count++;
    }

    public IndexEntry RemoveFirst()
    {
        var entry = this[0];
        _entries[_first++] = default;
        Count--;
        return entry;
    }

    /// <summary>Removes all lines of a segment.</summary>
    public int Remove(Segment segment)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
            if (this[i].Segment != segment) _entries[kept++] = this[i];
        Array.Clear(_entries, kept, _first + Count - kept);
        var removed = Count - kept;
        (_first, Count) = (0, kept);
        return removed;
    }

    private void MakeRoom()
    {
        var target = _first >= _entries.Length / 2 ? _entries : new IndexEntry[_entries.Length * 2];
        Array.Copy(_entries, _first, target, 0, Count);
        if (target == _entries) Array.Clear(_entries, Count, _entries.Length - Count);
        (_entries, _first) = (target, 0);
    }
}
