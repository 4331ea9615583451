using System.Net;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Tatara.Cli.Api.Records;
using Tatara.Cli.Terminal;

namespace Tatara.Cli.Api;

/// <summary>The CF API v3. This part sends, pages, waits for jobs and turns refusals into exceptions.</summary>
/// <param name="target">Address of the API, without /v3.</param>
internal sealed partial class CloudController(Transport transport, TokenSource tokens, ITerminal terminal, TimeProvider clock, string target)
{
    private const int PageSize = 5000;

    /// <summary>Sends a request with the user's token; an expired token is renewed once.</summary>
    public async Task<ApiResponse> SendAsync(ApiRequest request, CancellationToken stop)
    {
        var response = await transport.SendAsync(Authorized(request, await tokens.GetAsync(stop)), stop);
        if (response.Status == HttpStatusCode.Unauthorized && IsInvalidToken(response))
            response = await transport.SendAsync(Authorized(request, await tokens.RefreshAsync(stop)), stop);
        ShowWarnings(response);
        return response;
    }

    public Uri Address(string path) =>
        Uri.TryCreate(target.TrimEnd('/') + "/" + path.TrimStart('/'), UriKind.Absolute, out var uri)
            ? uri
            : throw new CfException($"'{target}' is not an API address. Use 'cf api' to set one.");

    public async Task<Root> GetRootAsync(CancellationToken stop)
    {
        var request = new ApiRequest(HttpMethod.Get, Address("/"));
        var response = await transport.SendAsync(request, stop);
        return response.IsSuccess
            ? ServerJson.Read(response.Body, CliJson.Default.Root)
            : throw new CfException($"API endpoint not found at '{target}'");
    }

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken stop) =>
        ServerJson.Read((await SucceedAsync(new ApiRequest(HttpMethod.Get, Address(path)), stop)).Body, type);

    private Task<T> PostAsync<T>(string path, JsonNode? body, JsonTypeInfo<T> type, CancellationToken stop) =>
        WriteAsync(HttpMethod.Post, path, body, type, stop);

    private async Task<T> WriteAsync<T>(HttpMethod method, string path, JsonNode? body, JsonTypeInfo<T> type, CancellationToken stop) =>
        ServerJson.Read((await SucceedAsync(Json(method, path, body), stop)).Body, type);

    /// <summary>Every resource of all pages.</summary>
    private async Task<List<T>> ListAsync<T>(string path, JsonTypeInfo<Page<T>> type, CancellationToken stop)
    {
        var all = new List<T>();
        var next = Address(path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + $"per_page={PageSize}");
        while (true)
        {
            var page = ServerJson.Read((await SucceedAsync(new ApiRequest(HttpMethod.Get, next), stop)).Body, type);
            all.AddRange(page.Resources);
            if (page.Pagination.Next is null) return all;
            next = Address(new Uri(page.Pagination.Next.Href).PathAndQuery);
        }
    }

    private async Task<ApiResponse> SucceedAsync(ApiRequest request, CancellationToken stop)
    {
        var response = await SendAsync(request, stop);
        return response.IsSuccess ? response : throw ApiException.From(response.Status, request.Uri, response.Body);
    }

    /// <summary>Sends, and waits for the job the answer points to.</summary>
    private async Task RunJobAsync(ApiRequest request, CancellationToken stop)
    {
        await WaitForJobAsync((await SucceedAsync(request, stop)).Header("Location"), stop);
    }

    /// <exception cref="JobFailedException">It failed.</exception>
    public async Task WaitForJobAsync(string? location, CancellationToken stop)
    {
        if (location is null) return;
        var path = new Uri(Address("/"), location).PathAndQuery;
        await Polling.UntilAsync(
            clock,
            async () =>
            {
                var job = await GetAsync(path, CliJson.Default.Job, stop);
                if (job.State is not ("COMPLETE" or "FAILED")) return false;
                foreach (var warning in job.Warnings ?? []) terminal.Warn(warning.Detail);
                if (job.State == "FAILED") throw new JobFailedException(job);
                return true;
            },
            limit: null,
            stop);
    }

    private ApiRequest Json(HttpMethod method, string path, JsonNode? body) =>
        body is null ? new ApiRequest(method, Address(path)) : ApiRequest.WithText(method, Address(path), body.ToJsonString(), "application/json");

    private static ApiRequest Authorized(ApiRequest request, string? authorization) =>
        authorization is null || request.Headers.Any(header => header.Name.Equals("Authorization", StringComparison.OrdinalIgnoreCase))
            ? request
            : request with { Headers = [.. request.Headers, ("Authorization", authorization)] };

    private static bool IsInvalidToken(ApiResponse response) =>
        ServerJson.TryRead(response.Body, CliJson.Default.ApiErrors)?.Errors?.Any(error => error.Title == "CF-InvalidAuthToken") == true;

    private void ShowWarnings(ApiResponse response)
    {
        if (response.Header("X-Cf-Warnings") is not { Length: > 0 } header) return;
        foreach (var warning in header.Split(',')) terminal.Warn(WebUtility.UrlDecode(warning.Trim()));
    }

    private static JsonObject ToOneNode(string guid) => new() { ["data"] = new JsonObject { ["guid"] = guid } };

    private static string Escape(string text) => Uri.EscapeDataString(text);

    /// <summary>A list filter's value: commas part values, so those inside one are escaped twice, as the API asks for.</summary>
    private static string Filter(params IEnumerable<string> values) =>
        string.Join(',', values.Select(value => Escape(value.Contains(',', StringComparison.Ordinal) ? value.Replace(",", "%2C", StringComparison.Ordinal) : value)));
}

/// <summary>A job on the server ended in failure.</summary>
internal sealed class JobFailedException(Job job) : CfException(
    job.Errors is { Count: > 0 } errors
        ? string.Join('\n', errors.Select(error => error.Detail))
        : $"Job {job.Guid} failed with no error. This is unexpected, contact your operator for details.");
