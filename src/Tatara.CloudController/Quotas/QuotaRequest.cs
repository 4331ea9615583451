using Tatara.CloudController.Api;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Quotas;

/// <summary>The bounds that a request sets; null lifts one.</summary>
internal static class QuotaRequest
{
    /// <summary>Reads the bounds and returns what sets them, once the body has proved valid.</summary>
    public static Action<Quota> Read(Body body)
    {
        var set = new List<Action<Quota>>();
        if (body.Object("apps") is { } apps)
        {
            Bound(apps, "total_memory_in_mb", set, (q, n) => q.TotalMemoryMb = n);
            Bound(apps, "per_process_memory_in_mb", set, (q, n) => q.InstanceMemoryMb = n);
            Bound(apps, "total_instances", set, (q, n) => q.TotalInstances = n);
            Bound(apps, "per_app_tasks", set, (q, n) => q.TasksPerApp = n);
            Bound(apps, "log_rate_limit_in_bytes_per_second", set, (q, n) => q.LogRateLimit = n);
        }
        if (body.Object("services") is { } services)
        {
            if (services.Boolean("paid_services_allowed") is { } paid) set.Add(q => q.PaidServicesAllowed = paid);
            Bound(services, "total_service_instances", set, (q, n) => q.TotalServiceInstances = n);
            Bound(services, "total_service_keys", set, (q, n) => q.TotalServiceKeys = n);
        }
        if (body.Object("routes") is { } routes)
        {
            Bound(routes, "total_routes", set, (q, n) => q.TotalRoutes = n);
            Bound(routes, "total_reserved_ports", set, (q, n) => q.TotalReservedPorts = n);
        }
        if (body.Object("domains") is { } domains)
            Bound(domains, "total_domains", set, (q, n) => ((OrganizationQuota)q).TotalDomains = n);
        return quota => set.ForEach(s => s(quota));
    }

    private static void Bound(Body body, string field, List<Action<Quota>> set, Action<Quota, int?> assign)
    {
        if (!body.Has(field)) return;
        var value = (int?)body.Integer(field, min: 0);
        set.Add(q => assign(q, value));
    }
}

/// <summary>The bounds as they are answered.</summary>
internal sealed record QuotaLimits(object Apps, object Services, object Routes)
{
    public static QuotaLimits Of(Quota q) => new(
        new
        {
            TotalMemoryInMb = q.TotalMemoryMb, PerProcessMemoryInMb = q.InstanceMemoryMb, q.TotalInstances, PerAppTasks = q.TasksPerApp,
            LogRateLimitInBytesPerSecond = q.LogRateLimit,
        },
        new { q.PaidServicesAllowed, q.TotalServiceInstances, q.TotalServiceKeys },
        new { q.TotalRoutes, q.TotalReservedPorts });
}
