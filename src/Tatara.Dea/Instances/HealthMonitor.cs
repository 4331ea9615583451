using System.Net;

namespace Tatara.Dea.Instances;

/// <summary>When to ask an instance for its health, and what the answers mean.</summary>
internal sealed class HealthMonitor(DeaOptions options, HealthCheck check, TimeProvider time)
{
    /// <summary>Longest start timeout an app may ask for.</summary>
    private static readonly TimeSpan MaxStartTimeout = TimeSpan.FromSeconds(180);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    /// <summary>A running instance fails only when it fails this often in a row: one slow second on a busy machine is no death.</summary>
    private const int LivenessTries = 3;

    /// <summary>Asks every few milliseconds at first, then less often, so that a quick app is noticed at once. Null: healthy; else why not.</summary>
    public async Task<string?> UntilHealthyAsync(Instance instance, CancellationToken cancellationToken)
    {
        var probe = HealthProbe.Liveness(instance.Start, options.LivenessInterval);
        var timeout = instance.Start.HealthCheckTimeout is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : options.StartTimeout;
        if (timeout > MaxStartTimeout) timeout = MaxStartTimeout;
        var began = time.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            var failure = await check.RunAsync(probe, EndpointOf(instance), cancellationToken);
            if (failure is null) return null;
            if (time.GetElapsedTime(began) >= timeout) return DescribeNever(probe, failure, timeout);
            await Task.Delay(pause, time, cancellationToken);
            pause = TimeSpan.FromTicks(Math.Min((long)(pause.Ticks * 1.3), LongestPause.Ticks));
        }
    }

    /// <summary>One question, whatever the answer.</summary>
    public Task AskOnceAsync(Instance instance, CancellationToken cancellationToken) =>
        check.RunAsync(HealthProbe.Liveness(instance.Start, options.LivenessInterval), EndpointOf(instance), cancellationToken);

    /// <summary>Ends when the instance is not well any more, with what is wrong. Of a process only its exit tells.</summary>
    public async Task<string> UntilUnhealthyAsync(Instance instance, CancellationToken cancellationToken)
    {
        var probe = HealthProbe.Liveness(instance.Start, options.LivenessInterval);
        if (probe.AsksNothing) await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
        while (true)
        {
            await Task.Delay(probe.Interval, time, cancellationToken);
            string? failure = null;
            for (var attempt = 0; attempt < LivenessTries; attempt++)
            {
                failure = await check.RunAsync(probe, EndpointOf(instance), cancellationToken);
                if (failure is null) break;
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            }
            if (failure is not null) return $"failed health check: {failure}, {LivenessTries} times in a row";
        }
    }

    private static string DescribeNever(HealthProbe probe, string failure, TimeSpan timeout) => probe.Type == "http"
        ? FormattableString.Invariant($"failed health check within {timeout.TotalSeconds:0.#} s: {failure}")
        : FormattableString.Invariant($"never listened on PORT ({InstanceEnvironment.ContainerPort}) within {timeout.TotalSeconds:0.#} s");

    private IPEndPoint EndpointOf(Instance instance) => new(IPAddress.Parse(options.HostAddress), instance.Record.HostPort);
}
