using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.CloudController.Data;
using Tatara.CloudController.Deas;

namespace Tatara.CloudController.Instances;

/// <summary>An instance that found no room.</summary>
internal sealed record WaitingInstance(string ProcessGuid, string Version, int Index, DateTimeOffset Until);

/// <summary>
/// Tries again for instances that found no room: on a machine that is nearly full the old instances of a restart still
/// hold the memory that the new ones need. What does not fit within the patience is left to the Health Manager.
/// </summary>
internal sealed partial class WaitingInstances(
    IServiceScopeFactory scopes, DeaClient deas, TimeProvider time, ILogger<WaitingInstances> logger) : BackgroundService
{
    /// <summary>Longer than a stop may take (SIGTERM, 10 s, SIGKILL).</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);

    /// <summary>When an instance that was refused again and again is given up, so that the same refusal does not go round for ever.</summary>
    private readonly ConcurrentDictionary<(string ProcessGuid, string Version, int Index), DateTimeOffset> _refused = new();

    private readonly Channel<WaitingInstance> _waiting = Channel.CreateBounded<WaitingInstance>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Add(Process process, IEnumerable<int> indices)
    {
        var until = time.GetUtcNow() + Patience;
        foreach (var index in indices) _waiting.Writer.TryWrite(new WaitingInstance(process.Guid, process.Version, index, until));
    }

    /// <summary>One that a DEA has sent back.</summary>
    public void AddRefused(Process process, int index)
    {
        var now = time.GetUtcNow();
        foreach (var (key, last) in _refused)
            if (now - last > Patience) _refused.TryRemove(key, out _);
        var until = _refused.GetOrAdd((process.Guid, process.Version, index), now + Patience);
        _waiting.Writer.TryWrite(new WaitingInstance(process.Guid, process.Version, index, until));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            await deas.LocateAsync(stoppingToken);
            await Task.Delay(Interval, time, stoppingToken);
            var batch = new List<WaitingInstance>();
            while (_waiting.Reader.TryRead(out var instance)) batch.Add(instance);
            foreach (var instances in batch.GroupBy(i => (i.ProcessGuid, i.Version)))
            {
                try
                {
                    await TryAsync([.. instances], stoppingToken);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    Log.Failed(logger, instances.Key.ProcessGuid, e);
                }
            }
        }
    }

    private async Task TryAsync(IReadOnlyList<WaitingInstance> instances, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var starter = scope.ServiceProvider.GetRequiredService<InstanceStarter>();
        var db = scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>();
        var workload = await Workload.ReadAsync(db, instances[0].ProcessGuid, cancellationToken);
        if (workload is null || workload.Wanted == 0 || workload.Process.Version != instances[0].Version) return;
        var now = time.GetUtcNow();
        var wanted = instances.Where(i => i.Index < workload.Wanted).ToLookup(i => now < i.Until);
        foreach (var instance in wanted[false]) await starter.GiveUpAsync(workload, instance.Index, cancellationToken);
        var homeless = await starter.StartAsync(workload, [.. wanted[true].Select(i => i.Index)], cancellationToken);
        foreach (var instance in wanted[true].Where(i => homeless.Contains(i.Index))) _waiting.Writer.TryWrite(instance);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Instances of {Process} that wait for room cannot be started")]
        public static partial void Failed(ILogger logger, string process, Exception exception);
    }
}
