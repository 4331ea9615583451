using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Testing;

namespace Tatara.HealthManager.Tests.Fakes;

/// <summary>A Health Manager on a real nats-server, with the test in the place of Cloud Controller and the DEAs.</summary>
internal sealed class Platform : IAsyncDisposable
{
    private readonly IHost _host;

    private Platform(NatsServer server, FakeBulkApps cloudController, NatsConnection bus, IHost host) =>
        (Server, CloudController, Bus, _host) = (server, cloudController, bus, host);

    public NatsServer Server { get; }
    public FakeBulkApps CloudController { get; }
    public NatsConnection Bus { get; }
    public required NatsSubscription<HmStart> Starts { get; init; }
    public required NatsSubscription<HmStop> Stops { get; init; }

    public static HealthManagerOptions Options(NatsServer server, FakeBulkApps cloudController) => new()
    {
        Bus = new NatsOptions { Servers = [server.Address] },
        CloudControllerUrl = cloudController.Url,
        BulkUser = FakeBulkApps.User,
        BulkPassword = FakeBulkApps.Password,
        BulkBatchSize = 2,
        AnalysisInterval = TimeSpan.FromMilliseconds(50),
        HeartbeatTimeToLive = TimeSpan.FromSeconds(1),
        SettleTime = TimeSpan.FromSeconds(1),
        DesiredFetchInterval = TimeSpan.FromSeconds(1),
        StartGrace = TimeSpan.FromSeconds(2),
        DuplicateGrace = TimeSpan.FromSeconds(2),
        Status = new() { Port = 0, Password = MemberStatus.Password },
    };

    /// <param name="isConnectedBefore">Whether its bus answers before its parts start.</param>
    public static async Task<Platform> StartAsync(Action<FakeBulkApps>? want = null, bool isConnectedBefore = false)
    {
        var server = await NatsServer.StartAsync();
        var cloudController = await FakeBulkApps.StartAsync();
        want?.Invoke(cloudController);
        var bus = new NatsConnection(new NatsOptions { Servers = [server.Address], Json = ProtocolJson.Default.Options, Name = "test" });
        var starts = await bus.SubscribeCoreAsync<HmStart>(Subjects.Hm9000Start);
        var stops = await bus.SubscribeCoreAsync<HmStop>(Subjects.Hm9000Stop);
        await bus.ConnectAsync();
        var host = HealthManagerHost.Build(Options(server, cloudController), _ => { });
        if (isConnectedBefore) await host.Services.GetRequiredService<NatsConnection>().ConnectAsync();
        await host.StartAsync();
        return new Platform(server, cloudController, bus, host) { Starts = starts, Stops = stops };
    }

    /// <summary>Heartbeats every 100 ms, of whatever the DEA holds at the moment, until disposed.</summary>
    public FakeDea StartDea(string id, params InstanceHeartbeat[] holds) => new(Bus, id, holds);

    public Task StopHealthManagerAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await Bus.DisposeAsync();
        await CloudController.DisposeAsync();
        await Server.DisposeAsync();
    }
}
