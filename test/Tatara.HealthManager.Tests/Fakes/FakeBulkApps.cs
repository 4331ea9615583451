using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tatara.Protocol;

namespace Tatara.HealthManager.Tests.Fakes;

/// <summary>Cloud Controller's GET /bulk/apps over a list that the test fills.</summary>
internal sealed class FakeBulkApps : IAsyncDisposable
{
    public const string User = "bulk_api";
    public const string Password = "s3cret";

    private readonly WebApplication _app;

    private FakeBulkApps(WebApplication app) => _app = app;

    public ConcurrentDictionary<long, DesiredApp> Apps { get; } = new();

    /// <summary>Answers in place of the page, when set.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    public string? LeaseHolder { get; set; }

    public DateTime LeaseEnds { get; set; }

    public int Requests { get; private set; }

    public Uri Url => new(_app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
        .Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<FakeBulkApps> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var fake = new FakeBulkApps(app);
        app.MapGet("/bulk/apps", fake.AnswerAsync);
        app.MapMethods("/bulk/leases/health-manager", ["POST", "DELETE"], fake.LeaseAsync);
        await app.StartAsync();
        return fake;
    }

    public DesiredApp Want(long id, string guid, string version, int instances, string state = "STARTED", string packageState = "STAGED") =>
        Apps[id] = new DesiredApp(guid, version, instances, state, packageState, DateTimeOffset.UtcNow.AddHours(-1));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task LeaseAsync(HttpContext context)
    {
        var request = (await context.Request.ReadFromJsonAsync(ProtocolJson.Default.LeaseRequest))!;
        bool held;
        lock (Apps)
        {
            held = LeaseHolder == request.Holder || LeaseHolder is null || LeaseEnds <= DateTime.UtcNow;
            if (held && context.Request.Method == "DELETE") LeaseHolder = null;
            else if (held) (LeaseHolder, LeaseEnds) = (request.Holder, DateTime.UtcNow.AddMilliseconds(request.LifeMilliseconds));
        }
        await context.Response.WriteAsJsonAsync(new LeaseAnswer(held), ProtocolJson.Default.LeaseAnswer);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Requests++;
        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));
        if (context.Request.Headers.Authorization != expected)
        {
            context.Response.StatusCode = 401;
            return;
        }
        if (Instead is not null)
        {
            await Instead(context);
            return;
        }
        var size = int.Parse(context.Request.Query["batch_size"]!, CultureInfo.InvariantCulture);
        var after = JsonDocument.Parse((string)context.Request.Query["bulk_token"]!).RootElement.GetProperty("id").GetInt64();
        var page = Apps.Where(a => a.Key > after).OrderBy(a => a.Key).Take(size).ToList();
        await context.Response.WriteAsJsonAsync(
            new BulkAppsPage(page.ToDictionary(a => a.Value.Id, a => a.Value), new BulkToken(page.Count == 0 ? after : page[^1].Key)),
            ProtocolJson.Default.BulkAppsPage);
    }
}
