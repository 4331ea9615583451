using System.Collections.Concurrent;

namespace Tatara.Uaa.Status;

/// <summary>What this UAA did since it was started.</summary>
internal sealed class UaaCounters
{
    private readonly ConcurrentDictionary<string, long> _tokens = new(StringComparer.Ordinal);
    private long _failedLogins;

    /// <summary>By grant type, of which there are few: others are refused before.</summary>
    public IEnumerable<KeyValuePair<string, long>> Tokens => _tokens;

    public long FailedLogins => Interlocked.Read(ref _failedLogins);

    public void Issued(string grantType) => _tokens.AddOrUpdate(grantType, 1, (_, count) => count + 1);

    public void LoginFailed() => Interlocked.Increment(ref _failedLogins);
}
