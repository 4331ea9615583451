using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Tatara.LogCache.Access;

/// <summary>Whether a user sees an app: Cloud Controller says, and the answer is remembered for a moment, for tails ask every two seconds.</summary>
internal sealed class AppVisibility(HttpClient http, LogCacheOptions options, TimeProvider time)
{
    private static readonly TimeSpan RememberYes = TimeSpan.FromSeconds(30);

    /// <summary>Short: an app may have been made this very second.</summary>
    private static readonly TimeSpan RememberNo = TimeSpan.FromSeconds(2);

    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<string, (bool Visible, DateTimeOffset Until)> _answers = new(StringComparer.Ordinal);

    public async Task<bool> SeesAsync(string token, string appId, CancellationToken cancellationToken)
    {
        // App guids only: anything else cannot be asked for, and must not become part of a URL.
        if (!Guid.TryParseExact(appId, "D", out _)) return false;
        var key = appId + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (_answers.TryGetValue(key, out var answer) && time.GetUtcNow() < answer.Until) return answer.Visible;
        var visible = await AskAsync(token, appId, cancellationToken);
        if (_answers.Count >= MaxRemembered) _answers.Clear();
        _answers[key] = (visible, time.GetUtcNow() + (visible ? RememberYes : RememberNo));
        return visible;
    }

    private async Task<bool> AskAsync(string token, string appId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(options.CloudControllerUrl, $"/v3/apps/{appId}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("bearer", token);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.StatusCode switch
            {
                HttpStatusCode.OK => true,
                >= HttpStatusCode.InternalServerError => throw new AccessUnavailableException($"Cloud Controller answers {(int)response.StatusCode}."),
                _ => false,
            };
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new AccessUnavailableException($"Cloud Controller at {options.CloudControllerUrl} does not answer: {e.Message}", e);
        }
    }
}
