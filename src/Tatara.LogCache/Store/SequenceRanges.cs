namespace Tatara.LogCache.Store;

/// <summary>
/// Which lines of a stream are here. Lines mostly come one after the other, so this is mostly one range; a batch that
/// comes late leaves a gap until then.
/// </summary>
internal sealed class SequenceRanges
{
    /// <summary>With more gaps than this the oldest is taken for filled: what would have filled it is dropped as a repetition.</summary>
    private const int MaxRanges = 32;

    private readonly List<(long Start, long End)> _ranges = [];

    /// <summary>Adds a line. False: it is here already.</summary>
    public bool Add(long sequence)
    {
        var at = _ranges.Count - 1;
        while (at >= 0 && _ranges[at].Start > sequence) at--;
        if (at >= 0 && sequence < _ranges[at].End) return false;
        var touchesBelow = at >= 0 && _ranges[at].End == sequence;
        var touchesAbove = at + 1 < _ranges.Count && _ranges[at + 1].Start == sequence + 1;
        if (touchesBelow && touchesAbove)
        {
            _ranges[at] = (_ranges[at].Start, _ranges[at + 1].End);
            _ranges.RemoveAt(at + 1);
        }
        else if (touchesBelow) _ranges[at] = (_ranges[at].Start, sequence + 1);
        else if (touchesAbove) _ranges[at + 1] = (sequence, _ranges[at + 1].End);
        else Insert(at + 1, sequence);
        return true;
    }

    private void Insert(int at, long sequence)
    {
        _ranges.Insert(at, (sequence, sequence + 1));
        if (_ranges.Count <= MaxRanges) return;
        _ranges[1] = (_ranges[0].Start, _ranges[1].End);
        _ranges.RemoveAt(0);
    }
}
