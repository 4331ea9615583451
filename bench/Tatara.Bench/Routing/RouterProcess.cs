using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Tatara.Bench.Simulation;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Router;
using Tatara.Testing;

namespace Tatara.Bench.Routing;

/// <summary>The router role as a process of its own on loopback, and the bus it hears its routes on.</summary>
internal sealed class RouterProcess : IAsyncDisposable
{
    /// <summary>Argument by which the bench starts itself as a router.</summary>
    public const string Role = "router-role";

    private readonly NatsServer _nats;
    private readonly NatsConnection _bus;

    private RouterProcess(NatsServer nats, NatsConnection bus, ServerProcess server, int tlsPort) =>
        (_nats, _bus, Server, TlsPort) = (nats, bus, server, tlsPort);

    public ServerProcess Server { get; }
    public int TlsPort { get; }

    public static async Task<RouterProcess> StartAsync(ProxyPeers peers)
    {
        var nats = await NatsServer.StartAsync();
        var bus = new NatsConnection(new NatsOptions { Servers = [nats.Address], Json = ProtocolJson.Default.Options });
        await bus.ConnectAsync();
        var (http, https) = (NatsServer.FreePort(), NatsServer.FreePort());
        await using var starts = await bus.SubscribeCoreAsync<RouterGreeting>(Subjects.RouterStart);
        var server = await ServerProcess.StartAsync("tatara", http, Environment.ProcessPath!, Role, nats.Address,
            http.ToString(CultureInfo.InvariantCulture), https.ToString(CultureInfo.InvariantCulture), peers.CertificateFile, peers.KeyFile);
        await starts.Messages.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        return new RouterProcess(nats, bus, server, https);
    }

    /// <summary>The other side: runs until its standard input ends, as it does when the bench is gone.</summary>
    public static async Task RunAsync(string[] arguments)
    {
        var options = new RouterOptions
        {
            Bus = new NatsOptions { Servers = [arguments[1]] },
            ListenAddresses = [IPAddress.Loopback.ToString()],
            HttpPort = int.Parse(arguments[2], CultureInfo.InvariantCulture),
            HttpsPort = int.Parse(arguments[3], CultureInfo.InvariantCulture),
            Certificates = [new CertificateFiles(arguments[4], arguments[5])],
        };
        using var host = RouterHost.Build(options, logging => logging.SetMinimumLevel(LogLevel.Error));
        await host.StartAsync();
        while (await Console.In.ReadLineAsync() is not null)
        {
        }
        await host.StopAsync();
    }

    /// <summary>Registers an instance of an app, so that requests are logged and counted like any app's.</summary>
    public ValueTask RegisterAsync(IReadOnlyList<string> uris, int port, string instance) => _bus.PublishAsync(
        Subjects.RouterRegister,
        new RouterRegistration(uris, "127.0.0.1", port, "dea-0", "5b3c9a52-0000-4000-8000-000000000001", instance, "0"));

    /// <summary>Registers an instance of a simulated cloud.</summary>
    public ValueTask RegisterAsync(int instance, string address, int port)
    {
        var (app, index) = (instance / SimulatedCloud.InstancesPerApp, instance % SimulatedCloud.InstancesPerApp);
        return _bus.PublishAsync(
            Subjects.RouterRegister,
            new RouterRegistration(
                [$"app-{app}.bench.test"], address, port, SimulatedCloud.DeaId(index), SimulatedCloud.AppGuid(app), SimulatedCloud.InstanceGuid(instance), index.ToString(CultureInfo.InvariantCulture)));
    }

    public ValueTask UnregisterAsync(IReadOnlyList<string> uris, int port, string instance) => _bus.PublishAsync(
        Subjects.RouterUnregister,
        new RouterRegistration(uris, "127.0.0.1", port, "dea-0", "5b3c9a52-0000-4000-8000-000000000001", instance, "0"));

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _bus.DisposeAsync();
        await _nats.DisposeAsync();
    }
}
