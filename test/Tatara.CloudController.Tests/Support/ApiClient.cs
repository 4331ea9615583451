using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tatara.CloudController.Tests.Support;

/// <summary>Speaks to the API as one user.</summary>
public sealed class ApiClient
{
    private readonly HttpClient _http;

    public ApiClient(Uri url, string? token)
    {
        _http = new HttpClient { BaseAddress = url };
        if (token is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("bearer", token);
    }

    public Task<ApiResponse> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<ApiResponse> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    public Task<ApiResponse> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, Json(body));

    public Task<ApiResponse> PatchAsync(string path, object body) => SendAsync(HttpMethod.Patch, path, Json(body));

    public Task<ApiResponse> PutAsync(string path, object body) => SendAsync(HttpMethod.Put, path, Json(body));

    /// <summary>Text as it is, for bodies that are no JSON.</summary>
    public Task<ApiResponse> SendTextAsync(HttpMethod method, string path, string text, string contentType = "application/json") =>
        SendAsync(method, path, new StringContent(text, Encoding.UTF8, contentType));

    public async Task<ApiResponse> SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var response = await _http.SendAsync(request);
        return new ApiResponse(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Location);
    }

    /// <summary>Posts what must succeed and returns the new thing.</summary>
    public async Task<JsonNode> CreateAsync(string path, object body) => (await PostAsync(path, body)).Expect(HttpStatusCode.Created);

    /// <summary>Waits until the job that a 202 names has ended.</summary>
    public async Task<JsonNode> WaitForJobAsync(ApiResponse accepted)
    {
        accepted.Status.ShouldBe(HttpStatusCode.Accepted, accepted.Text);
        var path = accepted.Location!.AbsolutePath;
        for (var deadline = DateTime.UtcNow.AddSeconds(20); DateTime.UtcNow < deadline; await Task.Delay(20))
        {
            var job = (await GetAsync(path)).Expect(HttpStatusCode.OK);
            if ((string?)job["state"] is "COMPLETE" or "FAILED") return job;
        }
        throw new TimeoutException($"Job {path} does not end.");
    }

    private static StringContent? Json(object? body) =>
        body is null ? null : new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
}

public sealed record ApiResponse(HttpStatusCode Status, string Text, Uri? Location)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public JsonNode Expect(HttpStatusCode status)
    {
        Status.ShouldBe(status, Text);
        return Text.Length == 0 ? JsonNode.Parse("{}")! : Json;
    }

    public void ExpectError(HttpStatusCode status, int code, string title, string? detail = null)
    {
        Status.ShouldBe(status, Text);
        var error = Json["errors"]![0]!;
        ((int)error["code"]!).ShouldBe(code, Text);
        ((string?)error["title"]).ShouldBe(title);
        if (detail is not null) ((string?)error["detail"]).ShouldBe(detail);
    }
}
