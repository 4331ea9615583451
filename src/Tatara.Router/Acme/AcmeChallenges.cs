using System.Collections.Concurrent;
using System.Text;

namespace Tatara.Router.Acme;

/// <summary>Proofs that an authority may be about to ask for: HTTP-01 of RFC 8555, 8.3.</summary>
internal sealed class AcmeChallenges
{
    private static ReadOnlySpan<byte> Prefix => "/.well-known/acme-challenge/"u8;

    private readonly ConcurrentDictionary<string, string> _proofs = new(StringComparer.Ordinal);
    private volatile int _count;

    /// <summary>Answers for the token until the result is disposed.</summary>
    public IDisposable Offer(string token, string proof)
    {
        _proofs[token] = proof;
        _count = _proofs.Count;
        return new Offering(this, token);
    }

    /// <summary>What to answer; null: the request is not about a proof of ours, and perhaps about an app's.</summary>
    /// <param name="target">Path and query.</param>
    public string? Answer(ReadOnlySpan<byte> target) =>
        _count > 0 && target.StartsWith(Prefix) && _proofs.TryGetValue(Encoding.Latin1.GetString(target[Prefix.Length..]), out var proof) ? proof : null;

    private sealed class Offering(AcmeChallenges owner, string token) : IDisposable
    {
        public void Dispose()
        {
            owner._proofs.TryRemove(token, out _);
            owner._count = owner._proofs.Count;
        }
    }
}
