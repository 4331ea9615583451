using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Tatara.Dea.Archives;

/// <summary>
/// Directories that were unpacked once and are used read-only by many, each under a key. Whoever asks for one while it is being
/// made waits for the same making. Those in use stay; of the others the longest unused go when all are larger than the bound.
/// </summary>
internal sealed partial class LayerCache
{
    private const string ContentDirectory = "content";
    private const string SizeFile = "size";
    private const string TemporaryPrefix = ".new-";

    private readonly string _root;
    private readonly long _maxBytes;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _clock;

    public LayerCache(string root, long maxBytes, ILogger logger)
    {
        (_root, _maxBytes, _logger) = (root, maxBytes, logger);
        Directory.CreateDirectory(root);
        Linux.Native.SpreadDirectories(root);
        foreach (var leftover in Directory.GetDirectories(root, TemporaryPrefix + "*")) Directory.Delete(leftover, recursive: true);
        foreach (var directory in Directory.GetDirectories(root).OrderBy(d => File.GetLastWriteTimeUtc(Path.Combine(d, SizeFile))))
        {
            if (!long.TryParse(ReadSize(directory), CultureInfo.InvariantCulture, out var size)) Directory.Delete(directory, recursive: true);
            else _entries[Path.GetFileName(directory)] = new Entry { Making = Task.CompletedTask, Bytes = size, LastUsed = ++_clock };
        }
    }

    /// <summary>Fills an empty directory and says how many bytes it wrote.</summary>
    public delegate Task<long> Fill(string directory, CancellationToken cancellationToken);

    /// <summary>The directory of a key; <paramref name="fill"/> makes it when it is not there. Dispose the lease when nothing uses it any more.</summary>
    public async Task<Lease> AcquireAsync(string key, Fill fill, CancellationToken cancellationToken)
    {
        ValidateKey(key);
        Entry entry;
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out entry!))
            {
                // The making belongs to all who wait for it: one who gives up must not end it for the others.
                entry = _entries[key] = new Entry();
                entry.Making = Task.Run(() => MakeAsync(key, entry, fill), CancellationToken.None);
            }
            entry.Users++;
        }
        try
        {
            await entry.Making.WaitAsync(cancellationToken);
        }
        catch
        {
            Release(key, entry);
            throw;
        }
        return new Lease(this, key, entry);
    }

    /// <summary>The directory of a key if it is there.</summary>
    public Lease? TryAcquire(string key)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var entry) || !entry.Making.IsCompletedSuccessfully) return null;
            entry.Users++;
            return new Lease(this, key, entry);
        }
    }

    /// <summary>A directory to fill that <see cref="Install"/> may take; on the same file system, gone after a restart.</summary>
    public string NewDirectory() =>
        Directory.CreateDirectory(Path.Combine(_root, TemporaryPrefix + Guid.NewGuid().ToString("N"), ContentDirectory)).FullName;

    /// <summary>Takes a filled directory in under a key. One that is there already stays.</summary>
    public void Install(string key, string directory, long bytes)
    {
        ValidateKey(key);
        var temporary = Path.GetDirectoryName(directory)!;
        lock (_lock)
        {
            if (_entries.ContainsKey(key))
            {
                Directory.Delete(temporary, recursive: true);
                return;
            }
            Finish(temporary, key, bytes);
            _entries[key] = new Entry { Making = Task.CompletedTask, Bytes = bytes, LastUsed = ++_clock };
        }
        Evict();
    }

    /// <summary>Removes those that nobody uses, longest unused first, until it is enough.</summary>
    public void Trim(Func<bool> isEnough)
    {
        while (!isEnough() && TakeOneToEvict(maxBytes: 0) is { } victim) Remove(victim);
    }

    /// <summary>Removes a directory that was not installed.</summary>
    public static void Discard(string directory)
    {
        var temporary = Path.GetDirectoryName(directory)!;
        if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
    }

    private async Task MakeAsync(string key, Entry entry, Fill fill)
    {
        var directory = NewDirectory();
        try
        {
            entry.Bytes = await fill(directory, CancellationToken.None);
            Finish(Path.GetDirectoryName(directory)!, key, entry.Bytes);
        }
        catch
        {
            lock (_lock) _entries.Remove(key);
            Discard(directory);
            throw;
        }
        Evict();
    }

    private void Finish(string temporary, string key, long bytes)
    {
        File.WriteAllText(Path.Combine(temporary, SizeFile), bytes.ToString(CultureInfo.InvariantCulture));
        Directory.Move(temporary, Path.Combine(_root, key));
    }

    private void Release(string key, Entry entry)
    {
        lock (_lock)
        {
            entry.Users--;
            entry.LastUsed = ++_clock;
        }
        // So that the order survives a restart.
        if (entry.Making.IsCompletedSuccessfully) File.SetLastWriteTimeUtc(Path.Combine(_root, key, SizeFile), DateTime.UtcNow);
        Evict();
    }

    private void Evict()
    {
        while (TakeOneToEvict(_maxBytes) is { } victim) Remove(victim);
    }

    private void Remove((string Key, string Directory) victim)
    {
        try
        {
            Directory.Delete(victim.Directory, recursive: true);
            Log.Evicted(_logger, victim.Key);
        }
        catch (IOException e)
        {
            Log.NotEvicted(_logger, victim.Directory, e);
        }
    }

    private (string Key, string Directory)? TakeOneToEvict(long maxBytes)
    {
        lock (_lock)
        {
            if (_entries.Values.Sum(e => e.Bytes) <= maxBytes) return null;
            var idle = _entries.Where(e => e.Value.Users == 0 && e.Value.Making.IsCompletedSuccessfully);
            if (idle.OrderBy(e => e.Value.LastUsed).Select(e => e.Key).FirstOrDefault() is not { } key) return null;
            _entries.Remove(key);
            var condemned = Path.Combine(_root, TemporaryPrefix + Guid.NewGuid().ToString("N"));
            Directory.Move(Path.Combine(_root, key), condemned);
            return (key, condemned);
        }
    }

    private static string? ReadSize(string directory)
    {
        var file = Path.Combine(directory, SizeFile);
        return File.Exists(file) ? File.ReadAllText(file) : null;
    }

    private static void ValidateKey(string key)
    {
        if (key.Length is 0 or > 200 || key[0] == '.' || !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            throw new ArchiveException("A key of a cached archive may have letters, digits, '-', '_' and '.' only.");
    }

    internal sealed class Entry
    {
        public Task Making { get; set; } = Task.CompletedTask;
        public long Bytes { get; set; }
        public int Users { get; set; }
        public long LastUsed { get; set; }
    }

    /// <summary>A directory that stays while this is not disposed.</summary>
    internal sealed class Lease(LayerCache cache, string key, Entry entry) : IDisposable
    {
        private int _disposed;

        public string Directory { get; } = Path.Combine(cache._root, key, ContentDirectory);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0) cache.Release(key, entry);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Removed {Key} from the cache to make room.")]
        public static partial void Evicted(ILogger logger, string key);

        [LoggerMessage(LogLevel.Warning, "{Directory} could not be removed from the cache.")]
        public static partial void NotEvicted(ILogger logger, string directory, Exception e);
    }
}
