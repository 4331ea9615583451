using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Builds;

/// <summary>
/// Spares a staging that would make what is there already. A push makes a new package, a restage builds one that was built before:
/// so only a package's first build is spared, and whoever restages gets a real staging.
/// </summary>
internal sealed class DropletReuse(CloudControllerDbContext db, IBlobstore blobs, StagingMessages messages, TimeProvider time)
{
    /// <summary>What a buildpack fetches from elsewhere may be newer after a while: a droplet that was staged longer ago is not reused.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(1);

    /// <summary>
    /// Ends the new build at once, with a copy of the droplet of the app's last build, if that was made of the same files in the same
    /// way. Unsaved. The copy belongs to the new package, so that nobody takes that for unstaged.
    /// </summary>
    public async Task<Droplet?> TryAsync(Build build, Package package, CancellationToken cancellationToken)
    {
        var builds = db.Builds.Where(b => b.AppGuid == build.AppGuid);
        if (await builds.AnyAsync(b => b.PackageGuid == package.Guid, cancellationToken)) return null;
        var last = await builds.OrderByDescending(b => b.Id).FirstOrDefaultAsync(cancellationToken);
        if (last is not { State: BuildStates.Staged, StagingKey: not null } || !(time.GetUtcNow() - last.StartedAt <= MaxAge)) return null;
        if (last.StagingKey != StagingKey.Of(await messages.CreateAsync(build, cancellationToken), package.ContentDigest)) return null;
        var droplet = await db.Droplets.AsNoTracking()
            .SingleOrDefaultAsync(d => d.Guid == last.DropletGuid && d.State == DropletStates.Staged, cancellationToken);
        if (droplet is null || !await HasCommandAsync(droplet, cancellationToken)) return null;
        var copy = new Droplet
        {
            AppGuid = build.AppGuid,
            PackageGuid = package.Guid,
            BuildGuid = build.Guid,
            State = DropletStates.Staged,
            Sha1 = droplet.Sha1,
            Sha256 = droplet.Sha256,
            SizeBytes = droplet.SizeBytes,
            Stack = droplet.Stack,
            ProcessTypes = droplet.ProcessTypes,
            ExecutionMetadata = droplet.ExecutionMetadata,
            Buildpacks = droplet.Buildpacks,
        };
        if (await blobs.SizeAsync(BlobKeys.Droplet(droplet.Guid), cancellationToken) != droplet.SizeBytes) return null;
        if (!await blobs.CopyAsync(BlobKeys.Droplet(droplet.Guid), BlobKeys.Droplet(copy.Guid), cancellationToken)) return null;
        db.Droplets.Add(copy);
        // When it was really staged: a chain of copies does not stay young.
        (build.State, build.DropletGuid, build.StagingKey, build.StartedAt) = (BuildStates.Staged, copy.Guid, last.StagingKey, last.StartedAt);
        return copy;
    }

    /// <summary>The build did not come about.</summary>
    public Task UndoAsync(Droplet copy) => blobs.DeleteIfPossibleAsync(BlobKeys.Droplet(copy.Guid));

    /// <summary>A droplet without a start command is none for an app that has lost its own: staging says that.</summary>
    private async Task<bool> HasCommandAsync(Droplet droplet, CancellationToken cancellationToken) =>
        droplet.ProcessTypes.Count > 0
        || await db.Processes.AnyAsync(p => p.AppGuid == droplet.AppGuid && p.Type == "web" && p.Command != null, cancellationToken);
}
