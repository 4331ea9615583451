using Tatara.Protocol;

namespace Tatara.LogCache.Ingress;

/// <summary>What came since the start.</summary>
internal sealed class IngressCounters
{
    private long _lines;
    private long _bytes;
    private long _dropped;
    private long _unstored;

    public long Lines => Interlocked.Read(ref _lines);

    public long Bytes => Interlocked.Read(ref _bytes);

    public long Dropped => Interlocked.Read(ref _dropped);

    public long Unstored => Interlocked.Read(ref _unstored);

    public void Stored(IReadOnlyCollection<LogEntry> entries)
    {
        Interlocked.Add(ref _lines, entries.Count);
        Interlocked.Add(ref _bytes, entries.Sum(e => (long)e.Payload.Length));
    }

    public void Drop(int lines) => Interlocked.Add(ref _dropped, lines);

    public void CouldNotStore() => Interlocked.Increment(ref _unstored);
}
