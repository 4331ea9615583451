using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Quotas;

/// <summary>Refuses what the quotas of a space and its organization do not allow.</summary>
internal sealed class QuotaGuard(CloudControllerDbContext db)
{
    /// <summary>Checks what an app is about to run, given its processes as they would be.</summary>
    public async Task CheckStartedAsync(string appGuid, Space space, IReadOnlyCollection<Process> processes, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        if (await SpaceQuotaAsync(space, cancellationToken) is { } spaceQuota)
            Check(spaceQuota, "space", await QuotaUsage.OfSpaceAsync(db, space.Guid, appGuid, cancellationToken), processes, problems);
        if (await OrganizationQuotaAsync(space, cancellationToken) is { } quota)
            Check(quota, "organization", await QuotaUsage.OfOrganizationAsync(db, space.OrganizationGuid, appGuid, cancellationToken), processes, problems);
        if (problems.Count > 0) throw ApiErrors.Unprocessable(problems);
    }

    /// <summary>Staging needs its memory beside what runs, the app's own instances included. It takes none of the quota: it ends.</summary>
    public async Task CheckStagingAsync(Space space, int memoryMb, CancellationToken cancellationToken)
    {
        if ((await SpaceQuotaAsync(space, cancellationToken))?.TotalMemoryMb is { } inSpace
            && (await QuotaUsage.OfSpaceAsync(db, space.Guid, null, cancellationToken)).MemoryMb + memoryMb > inSpace)
            throw ApiErrors.Unprocessable($"space's memory limit exceeded: staging requires {memoryMb}M memory");
        if ((await OrganizationQuotaAsync(space, cancellationToken))?.TotalMemoryMb is { } inOrganization
            && (await QuotaUsage.OfOrganizationAsync(db, space.OrganizationGuid, null, cancellationToken)).MemoryMb + memoryMb > inOrganization)
            throw ApiErrors.Unprocessable($"organization's memory limit exceeded: staging requires {memoryMb}M memory");
    }

    /// <param name="reservesPort">It is a TCP route.</param>
    public async Task CheckNewRouteAsync(Space space, bool reservesPort, CancellationToken cancellationToken)
    {
        if (await SpaceQuotaAsync(space, cancellationToken) is { } spaceQuota)
            CheckRoute(spaceQuota, await QuotaUsage.OfSpaceAsync(db, space.Guid, null, cancellationToken), reservesPort, $"space '{space.Name}'");
        if (await OrganizationQuotaAsync(space, cancellationToken) is not { } quota) return;
        var organization = await db.Organizations.SingleAsync(o => o.Guid == space.OrganizationGuid, cancellationToken);
        CheckRoute(quota, await QuotaUsage.OfOrganizationAsync(db, space.OrganizationGuid, null, cancellationToken), reservesPort, $"organization '{organization.Name}'");
    }

    private static void CheckRoute(Quota quota, QuotaUsage used, bool reservesPort, string whose)
    {
        if (used.Routes >= quota.TotalRoutes) throw ApiErrors.Unprocessable($"Routes quota exceeded for {whose}.");
        if (reservesPort && used.ReservedPorts >= quota.TotalReservedPorts) throw ApiErrors.Unprocessable($"Reserved route ports quota exceeded for {whose}.");
    }

    /// <summary>The words before the colon are Cloud Foundry's; the rest says how much is left.</summary>
    private static void Check(Quota quota, string scope, QuotaUsage others, IReadOnlyCollection<Process> processes, List<string> problems)
    {
        var prefix = scope == "space" ? "space_" : "";
        var memory = processes.Sum(p => (long)p.MemoryMb * p.Instances);
        if (quota.TotalMemoryMb is { } total && others.MemoryMb + memory > total)
            problems.Add($"memory {prefix}quota_exceeded: the {scope}'s quota '{quota.Name}' leaves {Math.Max(0, total - others.MemoryMb)} MB, {memory} MB are needed");
        var largest = processes.Where(p => p.Instances > 0).Select(p => p.MemoryMb).DefaultIfEmpty().Max();
        if (quota.InstanceMemoryMb is { } perInstance && largest > perInstance)
            problems.Add($"memory {prefix}instance_memory_limit_exceeded: the {scope}'s quota '{quota.Name}' allows {perInstance} MB an instance, {largest} MB are asked for");
        var instances = processes.Sum(p => (long)p.Instances);
        if (quota.TotalInstances is { } most && others.Instances + instances > most)
            problems.Add($"app_instance_limit {prefix}app_instance_limit_exceeded: the {scope}'s quota '{quota.Name}' leaves {Math.Max(0, most - others.Instances)} instances, {instances} are needed");
    }

    private async Task<SpaceQuota?> SpaceQuotaAsync(Space space, CancellationToken cancellationToken) =>
        space.QuotaGuid is null ? null : await db.SpaceQuotas.SingleOrDefaultAsync(q => q.Guid == space.QuotaGuid, cancellationToken);

    private async Task<OrganizationQuota?> OrganizationQuotaAsync(Space space, CancellationToken cancellationToken) =>
        await db.OrganizationQuotas.SingleOrDefaultAsync(
            q => db.Organizations.Any(o => o.Guid == space.OrganizationGuid && o.QuotaGuid == q.Guid), cancellationToken);
}
