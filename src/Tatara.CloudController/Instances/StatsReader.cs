using System.Globalization;
using Tatara.CloudController.Data;
using Tatara.CloudController.Deas;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.Instances;

/// <summary>Asks DEAs what they run of a process, and the Health Manager about what nobody runs.</summary>
internal sealed class StatsReader(DeaClient deas, NatsConnection bus, PlacementTroubles troubles, TimeProvider time)
{
    /// <summary>Cloud Foundry calls an instance crashed, not down, while it waits for its next start.</summary>
    private const string Crashed = "CRASHED", Down = "DOWN", Starting = "STARTING", Running = "RUNNING";

    /// <summary>The Health Manager only adds detail: it is not waited for long.</summary>
    private static readonly TimeSpan HealthManagerBound = TimeSpan.FromMilliseconds(300);

    /// <summary>How long an instance that was ordered may be on its way to a DEA before it counts as down.</summary>
    private static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(15);

    public async Task<StatsResponse> ReadAsync(Process process, App app, CancellationToken cancellationToken)
    {
        var indices = Enumerable.Range(0, process.Instances).ToList();
        if (app.DesiredState != AppStates.Started)
            return new StatsResponse([.. indices.Select(i => new MissingInstance(process.Type, i, Down, false, 0, null, null))]);
        var question = new FindDropletRequest(process.Guid, process.Version, IncludeStats: true);
        var answers = await deas.FindAsync(question, indices, DeaClient.FindBound, cancellationToken);
        var found = answers.GroupBy(a => a.Index).ToDictionary(g => g.Key, g => g.MinBy(a => Rank(a.State))!);
        var crashes = indices.All(found.ContainsKey) ? [] : await CrashesAsync(process, cancellationToken);
        return new StatsResponse([.. indices.Select(i => found.TryGetValue(i, out var answer) ? Found(process, answer) : (object)Missing(process, i, crashes))]);
    }

    private static FoundInstance Found(Process process, FindDropletResponse answer)
    {
        var stats = answer.Stats;
        var state = answer.State == InstanceStates.Evacuating ? Running : answer.State;
        return new FoundInstance(
            process.Type, answer.Index, answer.Instance, state, stats?.Routable ?? false, stats?.Host, null, (long)(stats?.Uptime ?? 0),
            stats?.MemQuota, stats?.DiskQuota, process.LogRateLimit, stats?.FdsQuota, null, stats?.Details,
            stats is null ? [] : [new InstancePort(stats.Port, stats.ContainerPort, null, null)],
            stats?.Usage is { } usage
                ? new UsageResponse(
                    usage.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
                    usage.Cpu, usage.CpuEntitlement, usage.Mem, usage.Disk, usage.LogRate)
                : new UsageResponse());
    }

    private MissingInstance Missing(Process process, int index, Dictionary<int, CrashCount> crashes)
    {
        var (state, details) = troubles.Find(process.Guid, index, process.Version) is { } trouble ? (Down, trouble)
            : crashes.TryGetValue(index, out var crash) ? (Crashed, $"crashed {crash.Count} time{(crash.Count == 1 ? "" : "s")} lately")
            : time.GetUtcNow() - process.UpdatedAt < OnItsWay ? (Starting, (string?)null)
            : (Down, null);
        return new MissingInstance(process.Type, index, state, false, 0, null, details);
    }

    private async Task<Dictionary<int, CrashCount>> CrashesAsync(Process process, CancellationToken cancellationToken)
    {
        try
        {
            var state = await bus.RequestAsync<AppStateRequest, AppStateResponse>(
                Subjects.AppState, new AppStateRequest(process.Guid, process.Version), HealthManagerBound, cancellationToken);
            return state.Data?.CrashCounts.Where(c => c.Count > 0).GroupBy(c => c.InstanceIndex).ToDictionary(g => g.Key, g => g.Last()) ?? [];
        }
        catch (NatsException)
        {
            return [];
        }
    }

    /// <summary>Of two instances of one index the more alive one is shown.</summary>
    private static int Rank(string state) => state switch
    {
        InstanceStates.Running => 0,
        InstanceStates.Evacuating => 1,
        InstanceStates.Starting => 2,
        _ => 3,
    };
}
