using Tatara.Dea.Instances;
using Tatara.Dea.Staging;
using Tatara.Status;

namespace Tatara.Dea.Status;

/// <summary>How this DEA is.</summary>
internal sealed class DeaRoleStatus(InstanceTable table, Capacity capacity, Stager stager, DeaCounters counters) : IRoleStatus
{
    private const double Megabyte = 1024 * 1024;

    public Task<string?> FindProblemAsync(CancellationToken cancellationToken) =>
        Task.FromResult(capacity.Refuses is { } reason ? "nothing new is begun: " + reason : null);

    public Task CollectAsync(MetricPage page, CancellationToken cancellationToken)
    {
        page.Family("tatara_dea_instances", MetricPage.Gauge, "Instances here, by their state.");
        var byState = table.All.CountBy(i => i.State).ToDictionary();
        foreach (var state in Enum.GetValues<InstanceState>())
            page.Sample("tatara_dea_instances", byState.GetValueOrDefault(state), ("state", state.ToString().ToLowerInvariant()));
        page.Number("tatara_dea_memory_promised_bytes", MetricPage.Gauge, "Memory that instances and stagings may use.", capacity.ReservedMemory * Megabyte);
        page.Number("tatara_dea_memory_free_bytes", MetricPage.Gauge, "Memory that may still be promised.", capacity.FreeMemory * Megabyte);
        page.Number("tatara_dea_disk_free_bytes", MetricPage.Gauge, "Disk that may still be promised.", capacity.FreeDisk * Megabyte);
        page.Number("tatara_dea_stagings", MetricPage.Gauge, "Stagings under way or waiting for their turn.", stager.Count);
        page.Number("tatara_dea_crashes_total", MetricPage.Counter, "Instances that ended without being asked to.", counters.Crashes);
        page.Number("tatara_dea_stops_total", MetricPage.Counter, "Instances that ended because somebody wanted it, or could not begin here.", counters.OtherEnds);
        page.Durations("tatara_dea_start_duration_seconds", "From a start message to a healthy instance.", counters.Starts);
        return Task.CompletedTask;
    }
}
