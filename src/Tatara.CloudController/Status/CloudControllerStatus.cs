using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Data;
using Tatara.CloudController.Deas;
using Tatara.Database;
using Tatara.Status;

namespace Tatara.CloudController.Status;

/// <summary>How this Cloud Controller is.</summary>
internal sealed class CloudControllerStatus(IServiceScopeFactory scopes, RequestMetrics requests, DeaPool deas, TimeProvider time) : IRoleStatus
{
    public IReadOnlyList<string> Neighbours => [.. deas.Known().Select(d => d.Id).Order(StringComparer.Ordinal)];

    public async Task<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            await scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>().Stacks.AsNoTracking().AnyAsync(cancellationToken);
            return null;
        }
        catch (Exception e) when (e.IsUnavailable())
        {
            return "the database is away";
        }
    }

    public async Task CollectAsync(MetricPage page, CancellationToken cancellationToken)
    {
        requests.Write(page);
        var fresh = deas.Known().Where(d => d.IsFresh).ToList();
        page.Number("tatara_cloud_controller_deas", MetricPage.Gauge, "DEAs that said lately what they have free.", fresh.Count);
        page.Number("tatara_cloud_controller_deas_free_memory_bytes", MetricPage.Gauge, "Memory that these have free for instances.", fresh.Sum(d => d.FreeMemoryMb) * 1024.0 * 1024);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>();
        var up = 0;
        try
        {
            var now = time.GetUtcNow();
            var running = await db.Jobs.CountAsync(j => j.State == JobStates.Processing && j.ClaimedBy != null && j.ClaimedUntil >= now, cancellationToken);
            var all = await db.Jobs.CountAsync(j => j.State == JobStates.Processing, cancellationToken);
            var stagings = await db.Builds.CountAsync(b => b.State == BuildStates.Staging, cancellationToken);
            page.Number("tatara_cloud_controller_jobs_running", MetricPage.Gauge, "Jobs that some Cloud Controller works on.", running);
            page.Number("tatara_cloud_controller_jobs_waiting", MetricPage.Gauge, "Jobs that nobody works on yet, or that rest before they are tried again.", all - running);
            page.Number("tatara_cloud_controller_stagings", MetricPage.Gauge, "Builds that are staging.", stagings);
            up = 1;
        }
        catch (Exception e) when (e.IsUnavailable())
        {
            // These are missing, and the next one says why.
        }
        page.Number("tatara_cloud_controller_database_up", MetricPage.Gauge, "Whether the database answers.", up);
    }
}
