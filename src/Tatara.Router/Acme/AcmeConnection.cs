using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tatara.Router.Acme;

/// <summary>Signed requests to an authority, each with a nonce that was not used before (RFC 8555, 6).</summary>
internal sealed class AcmeConnection(HttpClient http, Uri directory, AcmeAccountKey key)
{
    /// <summary>A nonce may have grown old; the refusal brings a new one.</summary>
    private const int MaxAttempts = 10;

    /// <summary>Chains are some KB; nothing else is larger.</summary>
    public const int MaxAnswerBytes = 256 * 1024;

    private AcmeDirectory? _directory;
    private string? _nonce;

    /// <summary>The account's address, which stands for its key once there is one.</summary>
    public Uri? Account { get; set; }

    public async Task<AcmeDirectory> DirectoryAsync(CancellationToken cancellationToken) => _directory ??=
        await http.GetFromJsonAsync(directory, AcmeJson.Default.AcmeDirectory, cancellationToken) ?? throw new AcmeException($"{directory} is empty.");

    /// <summary>Sends what is signed; an empty payload asks for what is there ("POST-as-GET").</summary>
    public async Task<HttpResponseMessage> PostAsync<T>(Uri url, T? payload, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var bytes = payload is null ? [] : JsonSerializer.SerializeToUtf8Bytes(payload, type);
        for (var attempt = 1; ; attempt++)
        {
            var header = new AcmeProtected("ES256", await TakeNonceAsync(cancellationToken), url, Account is null ? key.Public : null, Account);
            using var content = JsonContent.Create(key.Sign(header, bytes), AcmeJson.Default.AcmeSigned, new MediaTypeHeaderValue("application/jose+json"));
            await content.LoadIntoBufferAsync(cancellationToken); // ACME servers want a length.
            var response = await http.PostAsync(url, content, cancellationToken);
            if (response.Headers.TryGetValues("Replay-Nonce", out var nonces)) _nonce = nonces.First();
            if (response.IsSuccessStatusCode) return response;
            using (response)
            {
                var problem = await ReadProblemAsync(response, cancellationToken);
                if (problem.Type != "urn:ietf:params:acme:error:badNonce" || attempt == MaxAttempts) throw problem;
            }
        }
    }

    public async Task<T> AskAsync<T>(Uri url, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using var response = await PostAsync(url, null, type, cancellationToken);
        return await ReadAsync(response, type, cancellationToken);
    }

    public static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(type, cancellationToken) ?? throw new AcmeException("The authority's answer is empty.");
        }
        catch (JsonException e)
        {
            throw new AcmeException($"The authority's answer is not what RFC 8555 says: {e.Message}", null, e);
        }
    }

    private async Task<string> TakeNonceAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _nonce, null) is { } kept) return kept;
        using var request = new HttpRequestMessage(HttpMethod.Head, (await DirectoryAsync(cancellationToken)).NewNonce);
        using var response = await http.SendAsync(request, cancellationToken);
        return response.Headers.TryGetValues("Replay-Nonce", out var nonces) ? nonces.First() : throw new AcmeException("The authority gives no nonce.");
    }

    private static async Task<AcmeException> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        AcmeProblem? problem = null;
        try
        {
            problem = await response.Content.ReadFromJsonAsync(AcmeJson.Default.AcmeProblem, cancellationToken);
        }
        catch (JsonException)
        {
            // Something in between answered; the status has to do.
        }
        return new AcmeException($"The authority refused ({(int)response.StatusCode}): {problem?.Detail ?? problem?.Type ?? "it does not say why"}", problem?.Type);
    }
}
