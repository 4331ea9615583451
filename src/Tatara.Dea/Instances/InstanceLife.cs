using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Tatara.Containers;
using Tatara.Dea.Archives;
using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>
/// Leads one instance through its life:
/// 1. BORN: droplet and container; 2. STARTING: until it is healthy; 3. RUNNING: routed, until it exits, fails or is stopped;
/// 4. STOPPING when it is to end; 5. the end: told to everyone, then cleared away.
/// When the DEA stops, the life is left where it is; the next DEA takes it up there.
/// </summary>
internal sealed partial class InstanceLife(Instance instance, InstanceLauncher launcher, InstanceCare care)
{
    private static readonly TimeSpan RequestPoll = TimeSpan.FromMilliseconds(20);

    private LayerCache.Lease? _droplet;
    private Task<ContainerExit>? _exit;

    /// <summary>Takes up the life of an instance of an earlier run.</summary>
    public InstanceLife Adopt(IContainer container, LayerCache.Lease? droplet)
    {
        instance.Container = container;
        _droplet = droplet;
        return this;
    }

    public async Task RunAsync(CancellationToken detach)
    {
        InstanceEnd end;
        try
        {
            end = await LiveAsync(detach);
        }
        catch (OperationCanceledException) when (detach.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            care.Logger.LogError(e, "Instance {Instance} of {App} failed in a way that nobody foresaw.", instance.Guid, instance.Start.Droplet);
            end = InstanceEnd.Crash("internal error: " + e.Message);
        }
        await EndAsync(end);
    }

    private async Task<InstanceEnd> LiveAsync(CancellationToken detach)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(detach, instance.StopRequested);
        try
        {
            // 1.
            if (instance.Container is null)
            {
                care.Logs.WriteCell(instance, $"Cell {care.DeaId} creating container for instance {instance.Guid}");
                _droplet = await launcher.LaunchAsync(instance, stop.Token);
                care.Logs.WriteCell(instance, $"Cell {care.DeaId} successfully created container for instance {instance.Guid}");
            }
            _exit = instance.Container!.WaitAsync(detach);
            care.Logs.Follow(instance);

            // 2. and 3.
            if (instance.State == InstanceState.Stopping) return await StopAsync(detach);
            if (instance.State == InstanceState.Running && await HasEndedMeanwhileAsync(stop.Token))
            {
                await care.Routes.UnregisterAsync(instance);
                return await CrashAsync();
            }
            return await BecomeHealthyAsync(stop.Token) ?? await ServeAsync(stop.Token);
        }
        catch (LaunchException e) when (!stop.IsCancellationRequested)
        {
            return e is NoRoomException ? InstanceEnd.Refusal(e.Message) : InstanceEnd.Crash(e.Message);
        }
        catch (Exception e) when (e is OperationCanceledException or LaunchException && instance.StopRequested.IsCancellationRequested && !detach.IsCancellationRequested)
        {
            // 4.
            return await StopAsync(detach);
        }
    }

    /// <summary>An adopted instance may be long gone: it is not to be routed before that is known.</summary>
    private async Task<bool> HasEndedMeanwhileAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAny(_exit!, care.Health.AskOnceAsync(instance, cancellationToken));
        return _exit!.IsCompletedSuccessfully;
    }

    private async Task<InstanceEnd?> BecomeHealthyAsync(CancellationToken cancellationToken)
    {
        if (instance.State == InstanceState.Running) return null;
        Become(InstanceState.Starting);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var healthy = care.Health.UntilHealthyAsync(instance, giveUp.Token);
        await Task.WhenAny(healthy, _exit!);
        await giveUp.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        if (_exit!.IsCompleted) return await CrashAsync();
        if (await healthy is not { } failure)
        {
            care.Logs.WriteCell(instance, "Container became healthy");
            Become(InstanceState.Running);
            care.Counters.Starts.Count(instance.Record.StateSince - instance.Record.StartedAt);
            return null;
        }
        await instance.Container!.StopAsync(TimeSpan.Zero, CancellationToken.None);
        return InstanceEnd.Crash(failure);
    }

    private async Task<InstanceEnd> ServeAsync(CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var routing = care.Readiness.RouteWhileReadyAsync(instance, giveUp.Token);
        var unhealthy = care.Health.UntilUnhealthyAsync(instance, giveUp.Token);
        await Task.WhenAny(unhealthy, _exit!);
        await giveUp.CancelAsync();
        await routing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        await care.Routes.UnregisterAsync(instance);
        if (_exit!.IsCompleted) return await CrashAsync();
        var failure = await unhealthy;
        await instance.Container!.StopAsync(TimeSpan.Zero, CancellationToken.None);
        return InstanceEnd.Crash(failure);
    }

    private async Task<InstanceEnd> StopAsync(CancellationToken detach)
    {
        Become(InstanceState.Stopping);
        // Out of routing first, so that no new request comes while it finishes those it has.
        if (await care.Routes.UnregisterAsync(instance))
        {
            await Task.Delay(care.DrainDelay, detach);
            if (instance.IsEvacuating) await FinishRequestsAsync(detach);
        }
        if (_exit is null) return new InstanceEnd(instance.StopReason, InstanceEnd.NoStatus, "stopped before it was started");
        care.Logs.WriteCell(instance, $"Cell {care.DeaId} stopping instance {instance.Guid}");
        await instance.Container!.StopAsync(care.StopGrace, detach);
        var exit = await _exit.WaitAsync(detach);
        return new InstanceEnd(instance.StopReason, exit.ExitCode, "stopped");
    }

    /// <summary>The app has done nothing to be stopped: what it was asked for before is not to be cut off.</summary>
    private async Task FinishRequestsAsync(CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < care.Options.RequestPatience && _exit is { IsCompleted: false }
            && await instance.Container!.CountConnectionsAsync(InstanceEnvironment.ContainerPort, cancellationToken) > 0)
            await Task.Delay(RequestPoll, cancellationToken);
    }

    private async Task<InstanceEnd> CrashAsync() => InstanceEnd.Crash(await _exit!, instance.Start.Limits.Mem);

    private async Task EndAsync(InstanceEnd end)
    {
        // 5. Told first: whoever restarts it need not wait for the clearing away.
        var crashed = end.Reason == ExitReasons.Crashed;
        if (crashed)
        {
            instance.Note(r => r with { ExitStatus = end.ExitStatus, ExitDescription = end.Description });
            Become(InstanceState.Crashed);
            care.Logs.WriteApp(instance, LogTypes.Err, $"Instance crashed: {end.Description}");
        }
        await care.Exits.PublishAsync(instance, end);
        await care.Logs.FinishAsync(instance);
        await care.Remains.ClearAsync(instance, _droplet, keepRecord: crashed);
        Log.Ended(care.Logger, instance.Guid, instance.Start.Droplet, instance.Start.Index, end.Reason, end.Description);
    }

    private void Become(InstanceState state)
    {
        if (instance.State == state) return;
        instance.Become(state);
        care.Table.NotifyChanged();
        Log.Became(care.Logger, instance.Guid, instance.Start.Droplet, instance.Start.Index, state);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Instance {Instance} of {App} index {Index} is {State}.")]
        public static partial void Became(ILogger logger, string instance, string app, int index, InstanceState state);

        [LoggerMessage(LogLevel.Information, "Instance {Instance} of {App} index {Index} ended: {Reason}, {Description}.")]
        public static partial void Ended(ILogger logger, string instance, string app, int index, string reason, string description);
    }
}
