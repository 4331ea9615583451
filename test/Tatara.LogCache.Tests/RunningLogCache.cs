using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tatara.LogCache.Store;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Testing;

namespace Tatara.LogCache.Tests;

/// <summary>A real log-cache with a real bus, and a connection of a sender.</summary>
internal sealed class RunningLogCache : IAsyncDisposable
{
    public const string App = "a1a1a1a1-0000-4000-8000-000000000001";

    private readonly NatsServer _server;

    public NatsServer Server => _server;
    private readonly Identities _identities;
    private IHost? _host;

    private RunningLogCache(NatsServer server, Identities identities, LogCacheOptions options)
    {
        _server = server;
        _identities = identities;
        Options = options;
        Bus = new NatsConnection(options.Bus);
    }

    public LogCacheOptions Options { get; private set; }

    public NatsConnection Bus { get; }

    public HttpClient Http { get; private set; } = new();

    public ShiftedTime Time { get; } = new();

    public EnvelopeStore Store => _host!.Services.GetRequiredService<EnvelopeStore>();

    public string AdminToken => _identities.AdminToken;

    public static long Now => DateTimeOffset.UtcNow.ToUnixNanoseconds();

    public static async Task<RunningLogCache> StartAsync(Identities identities, Func<LogCacheOptions, LogCacheOptions>? change = null, string? parent = null)
    {
        var server = await NatsServer.StartAsync();
        var options = new LogCacheOptions
        {
            Bus = new NatsOptions { Servers = [server.Address], Json = ProtocolJson.Default.Options },
            Domain = Identities.Domain,
            DataDirectory = parent is null ? Directory.CreateTempSubdirectory("log-cache-test-").FullName : Path.Combine(parent, "data"),
            UaaUrl = identities.UaaUrl,
            CloudControllerUrl = identities.CloudControllerUrl,
        };
        var running = new RunningLogCache(server, identities, change?.Invoke(options) ?? options);
        await running.StartHostAsync();
        return running;
    }

    /// <summary>Stops without a chance to write anything more, and starts with what is on disk.</summary>
    public async Task RestartAsync(Action? meanwhile = null)
    {
        await StopHostAsync();
        meanwhile?.Invoke();
        await StartHostAsync();
    }

    public Task<long> SendAsync(string stream, long first, params string[] lines) =>
        SendAsync(stream, first, [.. lines.Select((line, i) => Entry(line, Now + i))]);

    public Task<long> SendAsync(string stream, long first, params LogEntry[] entries) => SendAsync(new LogBatch(stream, first, entries));

    public async Task<long> SendAsync(LogBatch batch)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var reply = await Bus.RequestAsync<LogBatch, LogBatchAck>(Subjects.Logs, batch, TimeSpan.FromSeconds(20));
                reply.Data!.Stream.ShouldBe(batch.Stream);
                return reply.Data.NextSequence;
            }
            catch (NatsNoRespondersException) when (attempt < 200)
            {
                await Task.Delay(50); // The host has not yet subscribed again.
            }
        }
    }

    public static LogEntry Entry(string line, long timestamp, string source = App, string instance = "0", string type = "OUT") =>
        new(source, instance, "APP/PROC/WEB", timestamp, type, Encoding.UTF8.GetBytes(line));

    public Task<HttpResponseMessage> GetAsync(string path, string? token) => GetAsync(path, token is null ? null : new AuthenticationHeaderValue("bearer", token));

    public async Task<HttpResponseMessage> GetAsync(string path, AuthenticationHeaderValue? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = authorization;
        return await Http.SendAsync(request);
    }

    public async Task<List<JsonElement>> BatchAsync(string query = "limit=1000", string source = App)
    {
        var response = await GetAsync($"/api/v1/read/{Uri.EscapeDataString(source)}?{query}", AdminToken);
        var body = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue(body);
        return [.. JsonDocument.Parse(body).RootElement.GetProperty("envelopes").GetProperty("batch").EnumerateArray()];
    }

    public async Task<List<string>> LinesAsync(string query = "limit=1000", string source = App) =>
        (await BatchAsync(query, source)).ConvertAll(e => Encoding.UTF8.GetString(e.GetProperty("log").GetProperty("payload").GetBytesFromBase64()));

    public string[] SegmentFiles() => [.. Directory.GetFiles(Options.DataDirectory, "*.log", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public async ValueTask DisposeAsync()
    {
        await StopHostAsync();
        await Bus.DisposeAsync();
        await _server.DisposeAsync();
        Directory.Delete(Options.DataDirectory, recursive: true);
    }

    private async Task StartHostAsync()
    {
        _host = LogCacheHost.Build(Options, _ => { }, Time);
        await _host.StartAsync();
        Http = new HttpClient { BaseAddress = new Uri(_host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };
    }

    private async Task StopHostAsync()
    {
        Http.Dispose();
        if (_host is null) return;
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        _host = null;
    }
}

/// <summary>The real clock, but somewhere else in time.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    public TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
}
