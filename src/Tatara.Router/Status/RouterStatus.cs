using Tatara.Router.Metrics;
using Tatara.Status;

namespace Tatara.Router.Status;

/// <summary>How this router is.</summary>
internal sealed class RouterStatus(MetricsPage metrics, Drain drain) : IRoleStatus
{
    public Task<string?> FindProblemAsync(CancellationToken cancellationToken) => Task.FromResult(drain.HasBegun ? "it is draining" : null);

    public Task CollectAsync(MetricPage page, CancellationToken cancellationToken)
    {
        metrics.WriteTo(page);
        return Task.CompletedTask;
    }
}
