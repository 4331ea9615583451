using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.Dea.Advertising;
using Tatara.Dea.Instances;
using Tatara.Dea.Staging;
using Tatara.Protocol;

namespace Tatara.Dea.Evacuation;

/// <summary>
/// How this DEA leaves. Drained: its instances come up elsewhere first, and the process ends when nothing is left. Shut down
/// together with its instances: says so first, so that they are placed elsewhere.
/// </summary>
internal sealed partial class Evacuator(
    DeaOptions options, InstanceTable table, Capacity capacity, Stager stager, InstanceStopper stopper, Greeting greeting, Advertiser advertiser,
    Announcer announcer, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<Evacuator> logger)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private Task? _draining;

    public DrainProgress Progress => new(options.Id, Remaining().Count, stager.Count);

    /// <summary>
    /// Begins to drain; only the first call does anything. 1. take nothing new and say so, 2. let the Health Manager see that the
    /// instances leave: it has others started and these stopped, 3. wait until nothing is left, 4. stop what found no place, 5. end.
    /// </summary>
    public void Begin(TimeSpan? timeout, CancellationToken cancellationToken)
    {
        lock (_lock) _draining ??= Task.Run(() => DrainAsync(timeout ?? options.DrainTimeout, cancellationToken), cancellationToken);
    }

    public async Task ShutDownAsync(CancellationToken cancellationToken)
    {
        advertiser.Silent = true;
        await greeting.FarewellAsync();
        await StopAsync(Remaining(), ExitReasons.DeaShutdown).WaitAsync(cancellationToken);
    }

    private async Task DrainAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        Log.Begins(logger, options.Id, Remaining().Count, timeout);
        capacity.IsDraining = true; // 1.
        await advertiser.AdvertiseAsync();
        var began = time.GetTimestamp();
        while (true)
        {
            var remaining = Remaining();
            // Again and again: a start that was on its way may have been admitted just before.
            foreach (var instance in remaining) instance.IsEvacuating = true; // 2.
            announcer.NoteChange();
            if (remaining.Count == 0 && stager.Count == 0) break; // 3.
            if (time.GetElapsedTime(began) >= timeout)
            {
                Log.NoPlace(logger, remaining.Count, stager.Count, timeout);
                await StopAsync(remaining, ExitReasons.DeaEvacuation); // 4.
                break;
            }
            await Task.Delay(Look, time, cancellationToken);
        }
        Log.Drained(logger, options.Id);
        advertiser.Silent = true;
        await greeting.FarewellAsync();
        lifetime.StopApplication(); // 5.
    }

    private List<Instance> Remaining() => [.. table.All.Where(i => i.HoldsResources)];

    private Task StopAsync(List<Instance> instances, string reason)
    {
        Log.Stopping(logger, instances.Count);
        foreach (var instance in instances) stopper.Stop(instance, reason);
        return Task.WhenAll(instances.Select(i => i.Life));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Dea} drains: it takes nothing new, and its {Count} instances move to other DEAs within {Timeout}.")]
        public static partial void Begins(ILogger logger, string dea, int count, TimeSpan timeout);

        [LoggerMessage(LogLevel.Error, "{Instances} instances and {Stagings} stagings found no place elsewhere within {Timeout} and are stopped.")]
        public static partial void NoPlace(ILogger logger, int instances, int stagings, TimeSpan timeout);

        [LoggerMessage(LogLevel.Information, "{Dea} is drained.")]
        public static partial void Drained(ILogger logger, string dea);

        [LoggerMessage(LogLevel.Information, "Stopping {Count} instances.")]
        public static partial void Stopping(ILogger logger, int count);
    }
}
