using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Tatara.LogCache.Store;

/// <summary>All sources, and the bounds of memory and disk over all of them.</summary>
internal sealed partial class EnvelopeStore(LogCacheOptions options, TimeProvider time, ILogger<EnvelopeStore> logger)
{
    /// <summary>A disk that is full is worth saying, but not for every batch.</summary>
    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(1);

    private readonly string _root = Path.Combine(options.DataDirectory, "sources");
    private readonly ConcurrentDictionary<string, SourceLog> _sources = new(StringComparer.Ordinal);
    private readonly StoreLimits _limits = new(options);
    private readonly StoreTotals _totals = new();
    private DateTimeOffset _warnedAt = DateTimeOffset.MinValue;

    public long MemoryBytes => _totals.Memory;

    public long DiskBytes => _totals.Disk;

    /// <summary>Finds what an earlier run left; the lines themselves are read when they are asked for.</summary>
    public void Open()
    {
        Directory.CreateDirectory(_root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var (sourceId, bytes, changedAt) in SourceFiles.FindAll(_root)) Source(sourceId).FoundOnDisk(bytes, changedAt);
    }

    public void Append(string sourceId, string stream, IReadOnlyList<SequencedEntry> lines)
    {
        SourceLog source;
        do source = Source(sourceId);
        while (!source.TryAppend(stream, lines, time.GetUtcNow()));
        if (source.WriteError is { } error) Warn(error);
    }

    public List<LogEnvelope> Read(string sourceId, ReadQuery query) =>
        _sources.TryGetValue(sourceId, out var source) ? source.Read(query, time.GetUtcNow()) : [];

    public int SourceCount => _sources.Count;

    public IEnumerable<string> SourceIds => _sources.Keys;

    public SourceMeta? Meta(string sourceId) => _sources.TryGetValue(sourceId, out var source) ? source.Meta() : null;

    /// <summary>1. writes what could not be written, 2. forgets what is too old, 3. unloads what is idle, 4. keeps the bounds.</summary>
    public void Sweep()
    {
        var now = time.GetUtcNow();
        foreach (var source in _sources.Values)
        {
            // 1
            source.Flush();
            // 2, 3
            if (now - source.WrittenAt > options.Retention) Remove(source);
            else if (now - source.UsedAt > options.IdleAfter) source.TryUnload();
        }
        // 4
        KeepBounds();
    }

    /// <summary>The quietest go first: from memory to disk, and from disk for good.</summary>
    public void KeepBounds()
    {
        if (_sources.Count > StoreLimits.MaxSources)
            foreach (var source in _sources.Values.OrderBy(s => s.WrittenAt).Take(_sources.Count - StoreLimits.MaxSources)) Remove(source);
        if (MemoryBytes > options.MaxMemoryBytes) FreeMemory();
        if (DiskBytes > options.MaxDiskBytes) FreeDisk();
    }

    private void FreeMemory()
    {
        foreach (var source in _sources.Values.Where(s => s.MemoryBytes > 0).OrderBy(s => s.UsedAt))
        {
            // What the disk did not take can only be dropped.
            while (MemoryBytes > options.MaxMemoryBytes && !source.TryUnload() && source.DropOldest()) { }
            if (MemoryBytes <= options.MaxMemoryBytes) return;
        }
    }

    private void FreeDisk()
    {
        foreach (var source in _sources.Values.OrderBy(s => s.WrittenAt))
        {
            if (DiskBytes <= options.MaxDiskBytes) return;
            Remove(source);
        }
    }

    private SourceLog Source(string sourceId) =>
        _sources.GetOrAdd(sourceId, static (id, store) => new SourceLog(id, new SourceFiles(store._root, id), store._limits, store._totals), this);

    private void Remove(SourceLog source)
    {
        source.Remove();
        _sources.TryRemove(KeyValuePair.Create(source.Id, source));
    }

    private void Warn(Exception error)
    {
        var now = time.GetUtcNow();
        if (now - _warnedAt < WarningInterval) return;
        _warnedAt = now;
        Log.NotWritten(logger, _root, error.Message);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "log-cache: cannot write to {Directory} ({Reason}); lines are kept in memory until it works again")]
        public static partial void NotWritten(ILogger logger, string directory, string reason);
    }
}
