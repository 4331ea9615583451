using System.Net;

namespace Tatara.Dea.Instances;

/// <summary>Keeps an instance routed while it is ready; one that has no readiness check always is.</summary>
internal sealed class Readiness(DeaOptions options, HealthCheck check, RouteAnnouncer routes, InstanceLogs logs, InstanceTable table, TimeProvider time)
{
    /// <summary>One that is not ready is asked more often than its interval says: it serves as soon as it can.</summary>
    private static readonly TimeSpan LongestPauseUntilReady = TimeSpan.FromSeconds(1);

    /// <summary>Never ends by itself but for an instance without a check. Leaves it registered, if it is, when it is cancelled.</summary>
    public async Task RouteWhileReadyAsync(Instance instance, CancellationToken cancellationToken)
    {
        var probe = HealthProbe.Readiness(instance.Start, options.LivenessInterval);
        if (probe.AsksNothing)
        {
            await routes.RegisterAsync(instance);
            table.NotifyChanged();
            return;
        }
        var endpoint = new IPEndPoint(IPAddress.Parse(options.HostAddress), instance.Record.HostPort);
        var pauseUntilReady = probe.Interval < LongestPauseUntilReady ? probe.Interval : LongestPauseUntilReady;
        while (true)
        {
            var failure = await check.RunAsync(probe, endpoint, cancellationToken);
            await FollowAsync(instance, failure);
            await Task.Delay(failure is null ? probe.Interval : pauseUntilReady, time, cancellationToken);
        }
    }

    private async Task FollowAsync(Instance instance, string? failure)
    {
        var isReady = failure is null;
        if (isReady == routes.IsAnnounced(instance)) return;
        if (isReady) await routes.RegisterAsync(instance);
        else await routes.UnregisterAsync(instance);
        logs.WriteCell(instance, isReady ? "Container became ready" : $"Container is not ready and gets no requests: {failure}");
        table.NotifyChanged();
    }
}
