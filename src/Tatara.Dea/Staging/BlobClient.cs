using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using Tatara.Dea.Archives;

namespace Tatara.Dea.Staging;

/// <summary>Fetches and brings files by the signed URLs that messages carry. Tries again what may go better the next time.</summary>
internal sealed class BlobClient(DeaOptions options, HttpClient http, ILogger<BlobClient> logger)
{
    private const int Attempts = 3;
    private const string Sha1Header = "X-Tatara-Sha1";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    /// <summary>Who answers 503 comes back: what took minutes to make is not thrown away for a minute's outage.</summary>
    private static readonly TimeSpan OutagePatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan OutagePause = TimeSpan.FromSeconds(2);

    /// <summary>Downloads to a file; returns its size. <see cref="HttpRequestException"/> with 404 when there is none.</summary>
    public Task<long> DownloadAsync(string url, string file, long maxBytes, CancellationToken cancellationToken) => RetryAsync(async () =>
    {
        using var response = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var download = new DownloadStream(
            await response.Content.ReadAsStreamAsync(cancellationToken), maxBytes, options.Droplets.DownloadStallTimeout);
        await using var target = File.Create(file);
        await download.CopyToAsync(target, cancellationToken);
        return download.BytesRead;
    }, cancellationToken);

    /// <summary>Uploads a file, with its SHA-1 in a header.</summary>
    public Task UploadAsync(string url, string file, string sha1, CancellationToken cancellationToken) => RetryAsync(async () =>
    {
        await using var source = File.OpenRead(file);
        using var content = new StreamContent(source);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add(Sha1Header, sha1);
        using var response = await http.PostAsync(url, content, cancellationToken);
        response.EnsureSuccessStatusCode();
        return true;
    }, cancellationToken);

    private async Task<T> RetryAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.ServiceUnavailable && Stopwatch.GetElapsedTime(since) < OutagePatience)
            {
                logger.LogWarning("A transfer is refused for now, trying again. {Reason}", e.Message);
                await Task.Delay(OutagePause, cancellationToken);
            }
            catch (Exception e) when (attempt < Attempts && (e is IOException or HttpRequestException { StatusCode: null or >= HttpStatusCode.InternalServerError }))
            {
                logger.LogWarning(e, "A transfer failed, trying again.");
                await Task.Delay(Pause * attempt, cancellationToken);
            }
        }
    }
}
