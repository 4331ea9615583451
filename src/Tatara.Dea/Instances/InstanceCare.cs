using Microsoft.Extensions.Logging;
using Tatara.Dea.Status;

namespace Tatara.Dea.Instances;

/// <summary>Everything an instance's life leans on once it has a container.</summary>
internal sealed record InstanceCare(
    InstanceTable Table, InstanceLogs Logs, HealthMonitor Health, Readiness Readiness, RouteAnnouncer Routes, ExitReporter Exits, InstanceRemains Remains, DeaCounters Counters, DeaOptions Options, ILogger<InstanceLife> Logger)
{
    public string DeaId => Options.Id;
    public TimeSpan StopGrace => Options.StopGrace;
    public TimeSpan DrainDelay => Options.DrainDelay;
}
