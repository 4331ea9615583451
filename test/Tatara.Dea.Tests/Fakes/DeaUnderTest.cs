using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Testing;

namespace Tatara.Dea.Tests.Fakes;

/// <summary>A DEA on a real bus, with fake containers and a real HTTP server to download from.</summary>
internal sealed class DeaUnderTest : IAsyncDisposable
{
    public const string App = "11111111-2222-3333-4444-555555555555";
    private const int PortsOfEach = 20;
    private static int _number = Random.Shared.Next(200);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dea-test-");
    private IHost? _host;

    private DeaUnderTest(NatsServer nats, Bus bus, Blobs blobs)
    {
        (Nats, Bus, Blobs) = (nats, bus, blobs);
        Runtime = new FakeRuntime(_directory.FullName);
        var first = 61001 + Interlocked.Increment(ref _number) % 200 * PortsOfEach;
        Options = new DeaOptions
        {
            Id = "dea-test",
            Bus = new NatsOptions { Servers = [nats.Address], RequestTimeout = TimeSpan.FromSeconds(1) },
            DataDirectory = Path.Combine(_directory.FullName, "data"),
            HostAddress = "127.0.0.1",
            Subnet = System.Net.IPNetwork.Parse("10.253.0.0/20"),
            Stacks = [new("bookworm", "/stack")],
            MemoryMb = 1000,
            DiskMb = 10_000,
            FirstPort = first,
            LastPort = first + PortsOfEach - 1,
            DrainDelay = TimeSpan.FromMilliseconds(10),
        };
    }

    public NatsServer Nats { get; }
    public Bus Bus { get; }
    public Blobs Blobs { get; }
    public FakeRuntime Runtime { get; }
    public DeaOptions Options { get; set; }
    /// <summary>It has asked to be ended, as it does when it is drained.</summary>
    public bool HasEnded => _host!.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested;

    public List<string> Logged { get; } = [];

    public static async Task<DeaUnderTest> StartAsync(Func<DeaOptions, DeaOptions>? change = null)
    {
        var nats = await NatsServer.StartAsync();
        var dea = new DeaUnderTest(nats, await Bus.ListenAsync(nats.Address), await Blobs.StartAsync());
        if (change is not null) dea.Options = change(dea.Options);
        await dea.StartAgainAsync();
        await dea.Bus.WaitForAsync<DeaHello>(Subjects.DeaStart, _ => true);
        return dea;
    }

    public async Task StartAgainAsync()
    {
        _host = DeaHost.Build(Options, Runtime, l => l.AddProvider(new ListLoggerProvider(Logged)));
        await _host.StartAsync();
        await _host.Services.GetRequiredService<NatsConnection>().ConnectAsync();
        await Bus.Connection.ConnectAsync();
    }

    public async Task StopAsync()
    {
        if (_host is null) return;
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable) await disposable.DisposeAsync();
        _host = null;
    }

    public DeaStartMessage StartMessage(int index = 0, string version = "v1", string type = "port", int? timeout = null) => new(
        App, version, "dora", index,
        Sha1: Blobs.AddDroplet("droplet", ("app/hello.txt", "hello"), ("staging_info.yml", "---\ndetected_buildpack: Test\nstart_command: ./from-droplet\n")),
        ExecutableUri: Blobs.UrlOf("droplet"),
        Uris: ["dora.tatara.localhost"],
        Limits: new InstanceLimits(64, 128, 1024),
        Env: ["COLOR=blue"],
        VcapApplication: JsonDocument.Parse($$"""{"application_id":"{{App}}","application_name":"dora","space_name":"dev"}""").RootElement,
        HealthCheckType: type,
        HealthCheckTimeout: timeout,
        ProcessType: "web");

    public ValueTask SendStartAsync(DeaStartMessage message) => Bus.Connection.PublishAsync(Subjects.DeaStartInstance(Options.Id), message);

    /// <summary>Starts an instance and waits until it is routed.</summary>
    public async Task<RouterRegistration> RunInstanceAsync(DeaStartMessage message)
    {
        await SendStartAsync(message);
        return await Bus.WaitForAsync<RouterRegistration>(Subjects.RouterRegister, r => r.PrivateInstanceIndex == message.Index.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var container in Runtime.Containers) await container.DestroyAsync(default);
        await Bus.DisposeAsync();
        await Blobs.DisposeAsync();
        await Nats.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
