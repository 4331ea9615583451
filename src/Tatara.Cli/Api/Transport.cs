using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Tatara.Cli.Tracing;

namespace Tatara.Cli.Api;

/// <summary>Sends requests over HTTP: traced, retried where that is safe, and with network failures as sentences.</summary>
internal sealed class Transport(HttpMessageInvoker http, RequestTrace trace, ServerIdentity identity, TimeProvider clock)
{
    private const int Attempts = 3;
    private const int MaxAnswerBytes = 256 * 1024 * 1024;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromMinutes(2);

    private static readonly HttpStatusCode[] Passing =
        [HttpStatusCode.InternalServerError, HttpStatusCode.BadGateway, HttpStatusCode.ServiceUnavailable, HttpStatusCode.GatewayTimeout];

    /// <exception cref="NetworkException">No answer came.</exception>
    public async Task<ApiResponse> SendAsync(ApiRequest request, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            var mayRetry = attempt < Attempts && request.Method != HttpMethod.Post && request.Method != HttpMethod.Patch;
            try
            {
                var response = await SendOnceAsync(request, stop);
                if (!mayRetry || !Passing.Contains(response.Status)) return response;
            }
            catch (NetworkException error) when (mayRetry && error.IsPassing)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), clock, stop);
            }
        }
    }

    private async Task<ApiResponse> SendOnceAsync(ApiRequest request, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (!request.IsUpload) limit.CancelAfter(AnswerTimeout);
        using var message = new HttpRequestMessage(request.Method, request.Uri) { Content = request.Content?.Invoke() };
        AddHeaders(message, request);
        trace.Request(message, request.TraceBody);
        try
        {
            using var response = await http.SendAsync(message, limit.Token);
            await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, limit.Token);
            var body = await response.Content.ReadAsByteArrayAsync(limit.Token);
            trace.Response(response, body);
            return ApiResponse.From(response, body);
        }
        catch (OperationCanceledException error) when (!stop.IsCancellationRequested)
        {
            throw NetworkException.TimedOut(request.Uri, error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw NetworkException.From(error, request.Uri, identity);
        }
    }

    private static void AddHeaders(HttpRequestMessage message, ApiRequest request)
    {
        message.Headers.UserAgent.Add(new ProductInfoHeaderValue("cf", CfVersion.Text));
        if (!request.Headers.Any(header => header.Name.Equals("Accept", StringComparison.OrdinalIgnoreCase)))
            message.Headers.TryAddWithoutValidation("Accept", "application/json");
        foreach (var (name, value) in request.Headers)
        {
            if (message.Headers.TryAddWithoutValidation(name, value)) continue;
            message.Content ??= new ByteArrayContent([]);
            message.Content.Headers.Remove(name);
            message.Content.Headers.TryAddWithoutValidation(name, value);
        }
    }
}

/// <summary>What is asked.</summary>
/// <param name="Content">Makes the body anew for every attempt.</param>
/// <param name="TraceBody">The body as a trace may show it, still with its secrets.</param>
internal sealed record ApiRequest(HttpMethod Method, Uri Uri, Func<HttpContent>? Content = null, string? TraceBody = null)
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>The body may take long to send, so that only silence of the network ends the wait.</summary>
    public bool IsUpload { get; init; }

    public static ApiRequest WithText(HttpMethod method, Uri uri, string body, string mediaType) =>
        new(method, uri, () => new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(mediaType)), body);
}

/// <summary>What was answered.</summary>
internal sealed record ApiResponse(HttpStatusCode Status, Version Version, string Reason, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    public string? Header(string name) =>
        Headers.FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    public static ApiResponse From(HttpResponseMessage response, byte[] body) =>
        new(response.StatusCode, response.Version, response.ReasonPhrase ?? "", [.. All(response.Headers), .. All(response.Content.Headers)], body);

    private static IEnumerable<(string, string)> All(HttpHeaders headers) =>
        headers.NonValidated.SelectMany(header => header.Value.Select(value => (header.Key, value)));
}
