using Tatara.Protocol;

namespace Tatara.LogCache.Store;

/// <summary>How much the store believes and keeps.</summary>
internal sealed class StoreLimits(LogCacheOptions options)
{
    /// <summary>Longest line; senders split longer ones, as Cloud Foundry's do at 60 KB. The rest is cut off.</summary>
    public const int MaxPayloadBytes = 64 * 1024;

    /// <summary>A guid has 36.</summary>
    public const int MaxSourceIdLength = 200;

    /// <summary>Stream ids, instance ids and source types.</summary>
    public const int MaxNameLength = 200;

    /// <summary>Sources known at once; those quiet longest are forgotten first.</summary>
    public const int MaxSources = 20_000;

    /// <summary>How far ahead a DEA's clock may be. A line from further in the future would hide all that come until then from readers that walk.</summary>
    private static readonly TimeSpan MaxClockDifference = TimeSpan.FromMinutes(5);

    public int EnvelopesPerSource => options.MaxEnvelopesPerSource;

    public long BytesPerSource => options.MaxBytesPerSource;

    /// <summary>Lines are dropped a segment at a time, so a segment is a small part of the whole.</summary>
    public int SegmentBytes { get; } = (int)Math.Min(options.MaxBytesPerSource / 16, 1024 * 1024);

    public static ReadOnlySpan<byte> Cut(byte[] payload) => payload.AsSpan(0, Math.Min(payload.Length, MaxPayloadBytes));

    /// <summary>The timestamp, or now when it cannot be true.</summary>
    public static long Believe(long timestamp, DateTimeOffset now) =>
        timestamp > 0 && timestamp <= (now + MaxClockDifference).ToUnixNanoseconds() ? timestamp : now.ToUnixNanoseconds();
}

/// <summary>What all sources take together.</summary>
internal sealed class StoreTotals
{
    private long _memory;
    private long _disk;

    public long Memory => Interlocked.Read(ref _memory);

    public long Disk => Interlocked.Read(ref _disk);

    public void Add(long memory, long disk)
    {
        Interlocked.Add(ref _memory, memory);
        Interlocked.Add(ref _disk, disk);
    }
}
