using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using Tatara.CloudController.Errors;
using Tatara.Peers;

namespace Tatara.CloudController.Auth;

/// <summary>UAA's public keys: fetched when first needed, and again when a token names one that is not known.</summary>
internal sealed partial class TokenKeys(CloudControllerOptions options, TimeProvider time, ILogger<TokenKeys> logger) : IDisposable
{
    /// <summary>Tokens with invented key ids must not become a flood of requests to UAA.</summary>
    private static readonly TimeSpan ShortestRefresh = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http = new(PeerNetwork.CreateHandler(options.Peers))
    {
        Timeout = TimeSpan.FromSeconds(5),
        MaxResponseContentBufferSize = 1024 * 1024,
    };

    private readonly SemaphoreSlim _refreshing = new(1);
    private volatile IReadOnlyDictionary<string, SecurityKey> _keys = new Dictionary<string, SecurityKey>();
    private DateTimeOffset _refreshedAt = DateTimeOffset.MinValue;

    /// <summary>The key, or null when UAA has no such key.</summary>
    public async ValueTask<SecurityKey?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (_keys.TryGetValue(id, out var known)) return known;
        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            if (_keys.TryGetValue(id, out known)) return known;
            if (time.GetUtcNow() - _refreshedAt < ShortestRefresh) return null;
            _keys = await FetchAsync(cancellationToken);
            _refreshedAt = time.GetUtcNow();
            return _keys.GetValueOrDefault(id);
        }
        finally
        {
            _refreshing.Release();
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _refreshing.Dispose();
    }

    private async Task<IReadOnlyDictionary<string, SecurityKey>> FetchAsync(CancellationToken cancellationToken)
    {
        try
        {
            var body = await _http.GetStringAsync(new Uri(options.UaaUrl, "/token_keys"), cancellationToken);
            return new JsonWebKeySet(body).GetSigningKeys().ToDictionary(k => k.KeyId);
        }
        catch (Exception e) when (e is HttpRequestException or ArgumentException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Log.Unreachable(logger, options.UaaUrl, e.Message);
            throw ApiErrors.UaaUnavailable();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "UAA at {Url} does not give its keys: {Reason}")]
        public static partial void Unreachable(ILogger logger, Uri url, string reason);
    }
}
