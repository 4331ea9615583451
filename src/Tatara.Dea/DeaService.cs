using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.Containers;
using Tatara.Dea.Advertising;
using Tatara.Dea.Disk;
using Tatara.Dea.Evacuation;
using Tatara.Dea.Instances;
using Tatara.Dea.Networks;
using Tatara.Dea.Staging;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Dea;

/// <summary>The DEA's own life: recover, listen, announce; and leave its instances running when it goes.</summary>
internal sealed class DeaService(
    DeaOptions options, NatsConnection bus, IContainerRuntime containers, DeaParts parts, TimeProvider time, ILogger<DeaService> logger) : IHostedService, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _loops = Task.CompletedTask;
    private PosixSignalRegistration? _evacuate;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        bus.Connected += parts.Ports.OnBusBack;
        bus.Disconnected += parts.Ports.OnBusLost;

        // 1. Find again what an earlier run left. Needs no bus.
        _evacuate = EvacuationSignal.Register(() => parts.Evacuator.Begin(timeout: null, _stopping.Token));
        await containers.InitializeAsync(cancellationToken);
        var found = await containers.RecoverAsync(cancellationToken);
        await parts.Recovery.RecoverAsync(found, cancellationToken);
        foreach (var container in found.Where(c => c.Spec.Properties.GetValueOrDefault(InstanceLauncher.KindProperty) == StagingContainer.Kind))
            await container.DestroyAsync(cancellationToken);
        await parts.Stager.AnswerForUnfinishedAsync(bus);

        // 2. Listen: only now, so that no start doubles a recovered instance.
        await ListenAsync(_stopping.Token);

        // 3. Tell the others, now and whenever the bus comes back.
        bus.Connected += AnnounceAll;
        await parts.Greeting.HelloAsync();
        await bus.PublishAsync(Subjects.NetworkLocate, new EmptyMessage(), cancellationToken: cancellationToken);
        _loops = Task.WhenAll(
            parts.Announcer.RunAsync(time, _stopping.Token),
            parts.Routes.RunAsync(_stopping.Token),
            parts.Disk.RunAsync(_stopping.Token),
            parts.Orphans.RunAsync(_stopping.Token),
            parts.Remains.SweepAsync(_stopping.Token),
            parts.Network.RunAsync(_stopping.Token),
            parts.Tunnel.RunAsync(_stopping.Token),
            parts.Probe.RunAsync(_stopping.Token));
        parts.Announcer.NoteChange();
        logger.LogInformation("DEA {Id} is up with {Count} instances.", options.Id, parts.Table.All.Count);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        bus.Connected -= AnnounceAll;
        bus.Connected -= parts.Ports.OnBusBack;
        bus.Disconnected -= parts.Ports.OnBusLost;
        if (options.StopInstancesOnShutdown) await parts.Evacuator.ShutDownAsync(cancellationToken);
        await _stopping.CancelAsync();
        await _loops.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await parts.Listener.StopAsync();
        await parts.Stager.StopAllAsync();
        await parts.Starter.DetachAsync();
    }

    public ValueTask DisposeAsync()
    {
        _evacuate?.Dispose();
        _stopping.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ListenAsync(CancellationToken token)
    {
        var listener = parts.Listener;
        await listener.ListenAsync<DeaStartMessage>(Subjects.DeaStartInstance(options.Id), m => When(m, parts.Starter.StartAsync), token);
        await listener.ListenAsync<DeaStopMessage>(Subjects.DeaStop, m => When(m, StopInstances), token);
        await listener.ListenAsync<StagingStartMessage>(Subjects.StagingStart(options.Id), m => When(m, _ => parts.Stager.StartAsync(m)), token);
        await listener.ListenAsync<StagingStopMessage>(Subjects.StagingStop, m => When(m, StopStaging), token);
        await listener.ListenAsync<DeaUpdateMessage>(Subjects.DeaUpdate, m => When(m, parts.Updater.UpdateAsync), token);
        await listener.ListenAsync<FindDropletRequest>(Subjects.DeaFindDroplet, Answer, token);
        await listener.ListenAsync<object>(Subjects.DeaStatus, parts.Greeting.AnswerStatusAsync, token);
        await listener.ListenAsync<object>(Subjects.DeaLocate, _ => parts.Advertiser.AdvertiseDeaAsync(), token);
        await listener.ListenAsync<object>(Subjects.StagingLocate, _ => parts.Advertiser.AdvertiseStagingAsync(), token);
        await listener.ListenAsync<object>(Subjects.HealthManagerStart, _ => parts.Heartbeats.SendAsync(), token);
        await listener.ListenAsync<EmptyMessage>(Subjects.NetworkChanged, _ => Note(parts.Network.NoteRules), token);
        await listener.ListenAsync<ContainerAddresses>(parts.Addresses.SubjectOf("*"), m => When(m, said => Note(() => parts.Network.Hear(m.Subject, said))), token);
        await listener.ListenAsync<EmptyMessage>(Subjects.NetworkLocate, _ => parts.Addresses.AnnounceAsync(), token);
        await listener.ListenAsync<DrainRequest>(Subjects.DeaDrain(options.Id), DrainAsync, token);
        await listener.ListenAsync<RouterGreeting>(Subjects.RouterStart, FollowRouterAsync, token);
    }

    private Task StopInstances(DeaStopMessage message)
    {
        parts.Stopper.Stop(message);
        if (message is { Version: null, Indices: null, Instances: null }) parts.Stager.Stop(message.Droplet);
        return Task.CompletedTask;
    }

    private static Task Note(Action note)
    {
        note();
        return Task.CompletedTask;
    }

    private Task StopStaging(StagingStopMessage message)
    {
        parts.Stager.Stop(message.AppId, message.TaskId);
        return Task.CompletedTask;
    }

    /// <summary>Measuring takes a moment, and the next question need not wait for it.</summary>
    private Task Answer(NatsMsg<FindDropletRequest> question)
    {
        _ = Task.Run(() => parts.Finder.AnswerAsync(question));
        return Task.CompletedTask;
    }

    private async Task DrainAsync(NatsMsg<DrainRequest> request)
    {
        var timeout = request.Data?.TimeoutInSeconds is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        parts.Evacuator.Begin(timeout, _stopping.Token);
        await request.ReplyAsync(parts.Evacuator.Progress);
    }

    private async Task FollowRouterAsync(NatsMsg<RouterGreeting> message)
    {
        if (message.Data is { } greeting) parts.Routes.Follow(greeting);
        await parts.Routes.RegisterAllAsync();
    }

    private Task When<T>(NatsMsg<T> message, Func<T, Task> handle) where T : class
    {
        if (message.Data is { } data) return handle(data);
        logger.LogWarning(message.Error, "A message on {Subject} cannot be read and is ignored.", message.Subject);
        return Task.CompletedTask;
    }

    private void AnnounceAll()
    {
        parts.Network.NoteRules();
        parts.Announcer.NoteChange();
        _ = Task.Run(parts.Routes.RegisterAllAsync);
    }
}

/// <summary>The features that the DEA's life sets going.</summary>
internal sealed record DeaParts(
    BusListener Listener, InstanceRecovery Recovery, InstanceTable Table, InstanceStarter Starter, InstanceStopper Stopper, InstanceRemains Remains,
    RouteUpdater Updater, RouteAnnouncer Routes, InstanceFinder Finder, Announcer Announcer, Advertiser Advertiser, HeartbeatSender Heartbeats, Greeting Greeting, Evacuator Evacuator,
    Stager Stager, DiskKeeper Disk, OrphanSweep Orphans, AddressBook Addresses, NetworkKeeper Network, TunnelKeeper Tunnel, TunnelProbe Probe, PortPool Ports);
