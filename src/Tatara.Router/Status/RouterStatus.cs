using Microsoft.AspNetCore.Http;
using Tatara.Router.Metrics;
using Tatara.Status;

namespace Tatara.Router.Status;

/// <summary>How this router is.</summary>
internal sealed class RouterStatus(MetricsPage metrics, RoutesPage routes, RouterPorts ports, Drain drain) : IRoleStatus
{
    /// <summary>It goes on with the routes that it knows.</summary>
    public bool NeedsBus => false;

    public IReadOnlyDictionary<string, RequestDelegate> Pages { get; } = new Dictionary<string, RequestDelegate> { ["/routes"] = routes.WriteAsync };

    public Task<string?> FindProblemAsync(CancellationToken cancellationToken) =>
        Task.FromResult(drain.HasBegun ? "draining" : ports is { Http: null, Https: null } ? "it does not know its routes yet" : null);

    public Task CollectAsync(MetricPage page, CancellationToken cancellationToken)
    {
        metrics.WriteTo(page);
        return Task.CompletedTask;
    }
}
