using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Quotas;

/// <summary>What started apps use, and how many routes there are.</summary>
/// <param name="ReservedPorts">How many of the routes are TCP routes.</param>
internal sealed record QuotaUsage(long MemoryMb, long Instances, long Routes, long ReservedPorts)
{
    /// <param name="exceptApp">An app that is left out, because it is about to change.</param>
    public static Task<QuotaUsage> OfOrganizationAsync(CloudControllerDbContext db, string guid, string? exceptApp, CancellationToken cancellationToken) =>
        OfAsync(db, db.Spaces.Where(s => s.OrganizationGuid == guid).Select(s => s.Guid), exceptApp, cancellationToken);

    public static Task<QuotaUsage> OfSpaceAsync(CloudControllerDbContext db, string guid, string? exceptApp, CancellationToken cancellationToken) =>
        OfAsync(db, db.Spaces.Where(s => s.Guid == guid).Select(s => s.Guid), exceptApp, cancellationToken);

    private static async Task<QuotaUsage> OfAsync(CloudControllerDbContext db, IQueryable<string> spaces, string? exceptApp, CancellationToken cancellationToken)
    {
        var started = db.Apps.Where(a => spaces.Contains(a.SpaceGuid) && a.DesiredState == AppStates.Started && a.Guid != exceptApp).Select(a => a.Guid);
        var processes = db.Processes.Where(p => started.Contains(p.AppGuid));
        return new QuotaUsage(
            await processes.SumAsync(p => (long)p.MemoryMb * p.Instances, cancellationToken),
            await processes.SumAsync(p => (long)p.Instances, cancellationToken),
            await db.Routes.LongCountAsync(r => spaces.Contains(r.SpaceGuid), cancellationToken),
            await db.Routes.LongCountAsync(r => spaces.Contains(r.SpaceGuid) && r.RouterGroupGuid != null, cancellationToken));
    }
}
