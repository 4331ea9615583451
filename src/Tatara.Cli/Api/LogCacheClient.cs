using System.Globalization;
using System.Net;
using Tatara.Cli.Api.Records;

namespace Tatara.Cli.Api;

/// <summary>Reads an app's log lines from log-cache.</summary>
internal sealed class LogCacheClient(Transport transport, TokenSource tokens, string address)
{
    public const int MaxLines = 1000;

    /// <summary>Lines from a time on, oldest first.</summary>
    /// <param name="fromNanoseconds">Unix time of the first line that counts.</param>
    public async Task<IReadOnlyList<LogEnvelope>> ReadFromAsync(string source, long fromNanoseconds, CancellationToken stop) =>
        await ReadAsync(source, $"start_time={fromNanoseconds.ToString(CultureInfo.InvariantCulture)}&limit={MaxLines}", stop) ?? [];

    /// <summary>The newest lines, newest first; fewer when the server says that so many are too much.</summary>
    public async Task<IReadOnlyList<LogEnvelope>> ReadNewestAsync(string source, int count, CancellationToken stop)
    {
        for (; count > 0; count /= 2)
        {
            if (await ReadAsync(source, $"descending=true&limit={count}", stop) is { } lines) return lines;
        }

        throw new CfException("Failed to retrieve logs from Log Cache: unexpected status code 429");
    }

    private async Task<IReadOnlyList<LogEnvelope>?> ReadAsync(string source, string query, CancellationToken stop)
    {
        if (!Uri.TryCreate($"{address.TrimEnd('/')}/api/v1/read/{source}?envelope_types=LOG&{query}", UriKind.Absolute, out var uri))
            throw new CfException("The targeted API does not name a log-cache to read logs from.");
        var request = new ApiRequest(HttpMethod.Get, uri);
        var response = await transport.SendAsync(request with { Headers = await AuthorizationAsync(stop) }, stop);
        if (response.Status == HttpStatusCode.TooManyRequests) return null;
        if (response.Status == HttpStatusCode.NotFound) return [];
        if (!response.IsSuccess)
            throw new CfException($"Failed to retrieve logs from Log Cache: unexpected status code {(int)response.Status}");
        return ServerJson.Read(response.Body, CliJson.Default.LogPage).Envelopes?.Batch ?? [];
    }

    private async Task<IReadOnlyList<(string, string)>> AuthorizationAsync(CancellationToken stop) =>
        await tokens.GetAsync(stop) is { } token ? [("Authorization", token)] : [];
}
