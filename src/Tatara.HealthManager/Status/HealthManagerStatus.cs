using Tatara.Status;

namespace Tatara.HealthManager.Status;

/// <summary>How this Health Manager is.</summary>
internal sealed class HealthManagerStatus(HealthMonitor monitor) : IRoleStatus
{
    /// <summary>An analysis comes several times a second or so; without one for so long nobody watches.</summary>
    private static readonly TimeSpan Overdue = TimeSpan.FromSeconds(30);

    public Task<string?> FindProblemAsync(CancellationToken cancellationToken) => Task.FromResult(monitor switch
    {
        { SinceAnalysis: var since } when since > Overdue => "there was no analysis for a while",
        { IsActive: true, KnowsDesired: false } => "it does not know yet, or not any more, what should run",
        _ => null,
    });

    public Task CollectAsync(MetricPage page, CancellationToken cancellationToken)
    {
        var census = monitor.Count();
        page.Number("tatara_health_manager_active", MetricPage.Gauge, "Whether this is the one that judges.", monitor.IsActive ? 1 : 0);
        page.Number("tatara_health_manager_last_analysis_age_seconds", MetricPage.Gauge, "How long ago everything was compared.", monitor.SinceAnalysis.TotalSeconds);
        page.Number("tatara_health_manager_desired_known", MetricPage.Gauge, "Whether what should run is known well enough to act on.", monitor.KnowsDesired ? 1 : 0);
        page.Number("tatara_health_manager_desired_instances", MetricPage.Gauge, "Instances that should run.", census.Desired);
        page.Number("tatara_health_manager_actual_instances", MetricPage.Gauge, "Instances that run.", census.Actual);
        page.Number("tatara_health_manager_missing_instances", MetricPage.Gauge, "Instances that should run and do not.", census.Missing);
        page.Number("tatara_health_manager_extra_instances", MetricPage.Gauge, "Instances that run and should not: of no app, another version, beyond its number, or twice.", census.Extra);
        return Task.CompletedTask;
    }
}
