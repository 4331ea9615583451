using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Apps;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Quotas;
using Tatara.Database;

namespace Tatara.CloudController.Processes;

/// <summary>Applies changes to processes within the limits of the platform and the quotas, and tells the instances.</summary>
internal sealed class ProcessChanges(CloudControllerDbContext db, CloudControllerOptions options, QuotaGuard quotas, IInstanceControl instances)
{
    /// <summary>Applies a patch, saves it with what else waits in the unit of work, and brings the instances in line.</summary>
    public async Task SaveAsync(App app, Space space, Process process, ProcessPatch patch, CancellationToken cancellationToken)
    {
        Apply(process, patch, app.DesiredState == AppStates.Started);
        // Exclusive: two apps that grow at once must not both take the last of the quota.
        await using (var transaction = await db.BeginExclusiveAsync(cancellationToken))
        {
            if (app.DesiredState == AppStates.Started && Grows(patch))
            {
                var others = await db.Processes.AsNoTracking().Where(p => p.AppGuid == app.Guid && p.Guid != process.Guid).ToListAsync(cancellationToken);
                await quotas.CheckStartedAsync(app.Guid, space, [.. others, process], cancellationToken);
            }
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        if (app.DesiredState == AppStates.Started) await instances.DesiredStateChangedAsync(process.Guid, cancellationToken);
    }

    /// <summary>Changes the process in memory; a started one gets a new version when its instances have to be replaced.</summary>
    public void Apply(Process process, ProcessPatch patch, bool started)
    {
        var before = Footprint(process);
        process.Instances = patch.Instances ?? process.Instances;
        process.MemoryMb = patch.MemoryMb ?? process.MemoryMb;
        process.DiskMb = patch.DiskMb ?? process.DiskMb;
        process.LogRateLimit = patch.LogRateLimit ?? process.LogRateLimit;
        process.Command = patch.Command.Or(process.Command);
        if (patch.HealthCheck is { } check) ApplyLiveness(process, check);
        if (patch.Readiness is { } readiness) ApplyReadiness(process, readiness);
        if (started && !Footprint(process).Equals(before)) process.Version = Entity.NewGuid();

        if (process.DiskMb > options.MaxDiskMb)
            throw ApiErrors.Unprocessable($"disk_quota too much disk requested (requested {process.DiskMb} MB - must be less than {options.MaxDiskMb} MB)");
        if (process.HealthCheckTimeout > options.MaxHealthCheckTimeout.TotalSeconds)
            throw ApiErrors.Unprocessable($"health_check_timeout Maximum exceeded: max {options.MaxHealthCheckTimeout.TotalSeconds:0}s");
    }

    /// <summary>What replaces instances when it changes. Environment, command and health checks wait for the next start, as in Cloud Foundry.</summary>
    private static object Footprint(Process p) => (p.MemoryMb, p.DiskMb, p.LogRateLimit);

    private static bool Grows(ProcessPatch patch) => patch.Instances is not null || patch.MemoryMb is not null;

    private static void ApplyLiveness(Process process, HealthCheckPatch check)
    {
        process.HealthCheckType = check.Type ?? process.HealthCheckType;
        process.HealthCheckTimeout = check.Timeout.Or(process.HealthCheckTimeout);
        process.HealthCheckInvocationTimeout = check.InvocationTimeout.Or(process.HealthCheckInvocationTimeout);
        process.HealthCheckInterval = check.Interval.Or(process.HealthCheckInterval);
        process.HealthCheckHttpEndpoint = Endpoint(process.HealthCheckType, check, process.HealthCheckHttpEndpoint, "Health check type");
    }

    private static void ApplyReadiness(Process process, HealthCheckPatch check)
    {
        process.ReadinessHealthCheckType = check.Type ?? process.ReadinessHealthCheckType;
        process.ReadinessHealthCheckInvocationTimeout = check.InvocationTimeout.Or(process.ReadinessHealthCheckInvocationTimeout);
        process.ReadinessHealthCheckInterval = check.Interval.Or(process.ReadinessHealthCheckInterval);
        process.ReadinessHealthCheckHttpEndpoint = Endpoint(process.ReadinessHealthCheckType, check, process.ReadinessHealthCheckHttpEndpoint, "Readiness health check type");
    }

    private static string? Endpoint(string type, HealthCheckPatch check, string? old, string field)
    {
        if (type == "http") return check.Endpoint.Or(old) ?? "/";
        return check.Endpoint.Value is null ? null : throw ApiErrors.Unprocessable($"{field} must be \"http\" to set a health check HTTP endpoint");
    }
}
