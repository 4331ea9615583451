using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tatara.Cli.Tests.Foundry;

/// <summary>A small Cloud Foundry API with UAA and log-cache on one port. Tests set what it should do and read what it was asked.</summary>
internal sealed partial class FakeFoundry : IAsyncDisposable
{
    private readonly WebApplication app;

    private FakeFoundry(X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                if (certificate is not null) listen.UseHttps(certificate);
            });
        });
        builder.Services.AddRouting();
        app = builder.Build();
        app.Use(RecordAsync);
        MapUaa();
        MapOrganizations();
        MapApps();
        MapPackages();
        MapLogs();
        app.MapFallback(() => Error(404, 10000, "CF-NotFound", "Unknown request"));
    }

    public string Address { get; private set; } = "";

    /// <summary>Method and path with query of every request, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public bool IsAsked(string request) => Requests.Any(one => one.StartsWith(request, StringComparison.Ordinal));

    /// <summary>Sees every request first; true means that it has answered.</summary>
    public Func<HttpContext, Task<bool>>? Before { get; set; }

    public static async Task<FakeFoundry> StartAsync(X509Certificate2? certificate = null)
    {
        var foundry = new FakeFoundry(certificate);
        await foundry.app.StartAsync();
        foundry.Address = foundry.app.Urls.Single();
        return foundry;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    public static IResult Error(int status, int code, string title, string detail) =>
        Json(new JsonObject { ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["title"] = title, ["detail"] = detail }) }, status);

    private static IResult Unprocessable(string detail) => Error(422, 10008, "CF-UnprocessableEntity", detail);

    private static IResult NotFound(string what) => Error(404, 10010, "CF-ResourceNotFound", $"{what} not found");

    private static IResult Json(JsonNode node, int status = 200) => Results.Content(node.ToJsonString(), "application/json", Encoding.UTF8, status);

    private static IResult Page(IEnumerable<JsonObject> resources)
    {
        var all = resources.Select(one => one.DeepClone()).ToArray();
        return Json(new JsonObject { ["pagination"] = new JsonObject { ["total_results"] = all.Length, ["next"] = null }, ["resources"] = new JsonArray(all) });
    }

    private static string[] Filter(HttpRequest request, string name) => request.Query[name].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<JsonObject> ReadAsync(HttpRequest request) => (JsonObject)(await JsonNode.ParseAsync(request.Body))!;

    private static string NewGuid() => Guid.NewGuid().ToString();

    private static JsonObject ToOne(string guid) => new() { ["data"] = new JsonObject { ["guid"] = guid } };

    /// <summary>An answer that names a job, which is done when it is asked about.</summary>
    private IResult StartJob(HttpResponse response, string? failure = null)
    {
        var job = NewGuid();
        jobs[job] = failure;
        response.Headers.Location = $"{Address}/v3/jobs/{job}";
        return Results.StatusCode(202);
    }

    private readonly ConcurrentDictionary<string, string?> jobs = new();

    private IResult GetJob(string guid)
    {
        var failure = jobs[guid];
        var errors = failure is null ? new JsonArray() : new JsonArray(new JsonObject { ["code"] = 1, ["title"] = "CF-X", ["detail"] = failure });
        return Json(new JsonObject { ["guid"] = guid, ["operation"] = "x", ["state"] = failure is null ? "COMPLETE" : "FAILED", ["errors"] = errors });
    }

    private async Task RecordAsync(HttpContext context, RequestDelegate next)
    {
        Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        if (Before is not null && await Before(context)) return;
        if (context.Request.Path.StartsWithSegments("/v3") && !IsAuthorized(context.Request))
            await Error(401, 1000, "CF-InvalidAuthToken", "Invalid Auth Token").ExecuteAsync(context);
        else
            await next(context);
    }
}
