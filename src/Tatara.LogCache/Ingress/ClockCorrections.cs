using Tatara.Protocol;

namespace Tatara.LogCache.Ingress;

/// <summary>
/// What to add to the times of a stream whose sender's clock is wrong. Readers go by time: lines of a clock that is ahead would stay hidden for a
/// while, and whoever follows a log would never see those of one that is behind.
/// </summary>
internal sealed class ClockCorrections(TimeProvider time)
{
    /// <summary>By how much a sender's clock differs is only known to the time a batch is on its way; a request is sent anew after that long.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    /// <summary>As many as a large platform has instances on hosts with a wrong clock. Beyond, all are found out anew.</summary>
    private const int MaxStreams = 100_000;

    private readonly Dictionary<string, long> _corrections = new(StringComparer.Ordinal);

    /// <summary>
    /// In nanoseconds. A stream keeps what was found out first as long as it is about right: batches are on their way for different times, and lines
    /// of a later one would come before those of an earlier one.
    /// </summary>
    /// <param name="sent">When, by the sender's clock; null: it does not say.</param>
    public long Of(string stream, long? sent)
    {
        if (sent is not { } moment) return 0;
        var difference = unchecked(time.GetUtcNow().ToUnixNanoseconds() - moment);
        if (IsAbout(difference, _corrections.GetValueOrDefault(stream))) return _corrections.GetValueOrDefault(stream);
        _corrections.Remove(stream);
        if (IsAbout(difference, 0)) return 0;
        if (_corrections.Count >= MaxStreams) _corrections.Clear();
        return _corrections[stream] = difference;
    }

    private static bool IsAbout(long one, long other) => Math.Abs((double)one - other) <= Tolerance.TotalNanoseconds;
}
