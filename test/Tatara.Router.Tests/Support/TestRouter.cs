using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Router.Proxy;
using Tatara.Router.Registry;
using Tatara.Router.Tcp;
using Tatara.Testing;

namespace Tatara.Router.Tests.Support;

/// <summary>A router on free loopback ports with a real bus.</summary>
public sealed class TestRouter : IAsyncDisposable
{
    private IHost _host = null!;

    private TestRouter(NatsServer nats) => Nats = nats;

    public NatsServer Nats { get; }
    public LogLines Log { get; } = new();
    public NatsConnection Bus { get; private set; } = null!;
    public RouterPorts Ports => _host.Services.GetRequiredService<RouterPorts>();
    internal TcpCounters TcpCounters => _host.Services.GetRequiredService<TcpCounters>();
    internal RouteRegistry Registry => _host.Services.GetRequiredService<RouteRegistry>();

    public static async Task<TestRouter> StartAsync(Func<RouterOptions, RouterOptions>? configure = null)
    {
        var router = new TestRouter(await NatsServer.StartAsync());
        router.Bus = new NatsConnection(new NatsOptions { Servers = [router.Nats.Address], Json = ProtocolJson.Default.Options });
        await router.Bus.ConnectAsync();
        await router.StartHostAsync(configure);
        return router;
    }

    private async Task StartHostAsync(Func<RouterOptions, RouterOptions>? configure)
    {
        var started = new TaskCompletionSource();
        await using var starts = await Bus.SubscribeCoreAsync<RouterGreeting>(Subjects.RouterStart);
        await Bus.PingAsync();
        var options = new RouterOptions
        {
            Bus = new NatsOptions { Servers = [Nats.Address] },
            ListenAddresses = ["127.0.0.1"],
            HttpPort = 0,
            HttpsPort = 0,
            Certificates = [TestCertificate.Wildcard],
            FillQuiet = TimeSpan.Zero,
            Limits = new ProxyLimits { LingerTimeout = TimeSpan.FromSeconds(0.2) },
        };
        _host = RouterHost.Build(configure?.Invoke(options) ?? options, l => l.AddProvider(Log).SetMinimumLevel(LogLevel.Debug));
        await _host.StartAsync();
        await starts.Messages.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>Registers and waits until the table has it.</summary>
    public Task RegisterAsync(string uri, IPEndPoint endpoint, string? app = null, string? id = null, string? index = null, int? staleAfter = null) =>
        RegisterAsync(uri, new RouterRegistration([uri], endpoint.Address.ToString(), endpoint.Port, "dea", app, id, index, StaleThresholdInSeconds: staleAfter));

    /// <summary>Registers whatever the message says and waits until the table has it.</summary>
    public async Task RegisterAsync(string uri, RouterRegistration message)
    {
        await Bus.PublishAsync(Subjects.RouterRegister, message);
        await UntilAsync(() => Members(uri).Any(m => m.Address.Port == message.Port && m.Owner.PrivateInstanceId == message.PrivateInstanceId && m.Owner.App == message.App));
    }

    public ValueTask UnregisterAsync(string uri, IPEndPoint endpoint, string? app = null, string? id = null) =>
        Bus.PublishAsync(Subjects.RouterUnregister, new RouterRegistration([uri], endpoint.Address.ToString(), endpoint.Port, "dea", app, id));

    internal IEnumerable<Endpoint> Members(string uri) =>
        RouteKey.TryParse(uri, out var key) && Registry.Table.Find(key) is { } route ? route.Members.Select(m => m.Endpoint) : [];

    public Task<RawClient> ConnectAsync() => RawClient.ConnectAsync(Ports.Http!);

    /// <summary>One request over a connection of its own.</summary>
    public async Task<RawResponse> SendAsync(string request)
    {
        using var client = await ConnectAsync();
        await client.SendAsync(request);
        return await client.ReadResponseAsync(isHead: request.StartsWith("HEAD ", StringComparison.Ordinal));
    }

    public Task<RawResponse> GetAsync(string host, string path = "/") => SendAsync($"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

    public static async Task UntilAsync(Func<bool> condition, double seconds = 10)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            if (waited.Elapsed.TotalSeconds > seconds) throw new TimeoutException("The condition did not come true.");
            await Task.Delay(5);
        }
    }

    /// <summary>Stops the router as a signal does. The bus stays.</summary>
    public Task StopAsync(CancellationToken patience = default) => _host.StopAsync(patience);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await Bus.DisposeAsync();
        await Nats.DisposeAsync();
    }
}
