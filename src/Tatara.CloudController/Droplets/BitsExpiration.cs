using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Droplets;

/// <summary>Old bits of an app go; the rows stay, as EXPIRED. The numbers are Cloud Foundry's.</summary>
internal sealed class BitsExpiration(CloudControllerDbContext db, IBlobstore blobs)
{
    /// <summary>Kept beside the current one.</summary>
    public const int KeptDroplets = 5;

    /// <summary>Kept beside the one of the current droplet.</summary>
    public const int KeptPackages = 5;

    public async Task ExpireAsync(string appGuid, CancellationToken cancellationToken)
    {
        var current = await db.Apps.Where(a => a.Guid == appGuid).Select(a => a.CurrentDropletGuid).SingleOrDefaultAsync(cancellationToken);
        var droplets = await db.Droplets
            .Where(d => d.AppGuid == appGuid && d.State == DropletStates.Staged && d.Guid != current)
            .OrderByDescending(d => d.Id).Skip(KeptDroplets)
            .ToListAsync(cancellationToken);
        foreach (var droplet in droplets) droplet.State = DropletStates.Expired;
        var inUse = await db.Droplets.Where(d => d.Guid == current).Select(d => d.PackageGuid).SingleOrDefaultAsync(cancellationToken);
        var packages = await db.Packages
            .Where(p => p.AppGuid == appGuid && p.State == PackageStates.Ready && p.Guid != inUse)
            .OrderByDescending(p => p.Id).Skip(KeptPackages)
            .ToListAsync(cancellationToken);
        foreach (var package in packages) package.State = PackageStates.Expired;
        await db.SaveChangesAsync(cancellationToken);
        foreach (var package in packages) await db.KnownFiles.Where(f => f.PackageGuid == package.Guid).ExecuteDeleteAsync(cancellationToken);
        foreach (var droplet in droplets) await blobs.DeleteIfPossibleAsync(BlobKeys.Droplet(droplet.Guid));
        foreach (var package in packages) await blobs.DeleteIfPossibleAsync(BlobKeys.Package(package.Guid));
    }
}
