namespace Tatara.Uaa.Users;

/// <summary>
/// Counts wrong passwords by user name, whether or not there is such a user: a lock must not tell. It is kept in memory
/// only, so a restart forgives.
/// </summary>
internal sealed class Lockout(UaaOptions options, TimeProvider time)
{
    /// <summary>Failures older than this are forgotten, as in UAA.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    /// <summary>Names remembered. To push one out, a guesser must hash this many passwords first, which takes longer than the lock.</summary>
    private const int MaxNames = 10_000;

    private readonly Dictionary<string, Failures> _names = [];
    private readonly Lock _lock = new();

    public bool IsLocked(string userNameKey)
    {
        lock (_lock) return Current(userNameKey) is { } failures && failures.Count >= options.LockoutAfterFailures;
    }

    public void Failed(string userNameKey)
    {
        lock (_lock)
        {
            var count = Current(userNameKey)?.Count ?? 0;
            if (count == 0 && _names.Count >= MaxNames) _names.Remove(_names.MinBy(n => n.Value.Latest).Key);
            _names[userNameKey] = new Failures(count + 1, time.GetUtcNow());
        }
    }

    public void Succeeded(string userNameKey)
    {
        lock (_lock) _names.Remove(userNameKey);
    }

    /// <summary>Null when there were none, or they are too long ago.</summary>
    private Failures? Current(string userNameKey)
    {
        if (!_names.TryGetValue(userNameKey, out var failures)) return null;
        var keep = failures.Count >= options.LockoutAfterFailures ? options.LockoutPeriod : Memory;
        if (time.GetUtcNow() - failures.Latest < keep) return failures;
        _names.Remove(userNameKey);
        return null;
    }

    private readonly record struct Failures(int Count, DateTimeOffset Latest);
}
