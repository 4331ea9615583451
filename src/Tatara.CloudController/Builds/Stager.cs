using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Deas;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.Builds;

/// <summary>Gives a build to a DEA. Nothing is waited for: the replies come to <see cref="StagingListener"/>, what goes wrong is found by <see cref="StagingWatch"/>.</summary>
internal sealed class Stager(CloudControllerDbContext db, DeaPool pool, DeaClient deas, StagingMessages messages, NatsConnection bus, TimeProvider time)
{
    /// <summary>
    /// 1. choose a DEA, 2. claim the build for it, so that two Cloud Controllers do not both send it, 3. send. A build that
    /// was sent before goes to the same DEA, which knows it by its guid: it works on, or says again how it ended.
    /// </summary>
    public async Task StageAsync(Build build, CancellationToken cancellationToken)
    {
        var known = build.DeaId is { } id && pool.StagerSeen(id) is not null ? id : null;
        if ((known ?? pool.PlaceStaging(DemandOf(build))) is not { } dea) // 1.
        {
            await deas.LocateStagersAsync(cancellationToken);
            return;
        }
        var message = await messages.CreateAsync(build, cancellationToken);
        var (seen, now) = (build.UpdatedAt, time.GetUtcNow());
        var key = await KeyAsync(build, message, cancellationToken);
        var claimed = await db.Builds // 2.
            .Where(b => b.Guid == build.Guid && b.State == BuildStates.Staging && b.UpdatedAt == seen)
            .ExecuteUpdateAsync(s => s.SetProperty(b => b.DeaId, dea).SetProperty(b => b.UpdatedAt, now).SetProperty(b => b.StagingKey, key), cancellationToken);
        if (claimed == 1) // 3.
            await bus.PublishAsync(Subjects.StagingStart(dea), message, Subjects.StagingReply(build.Guid), cancellationToken);
    }

    /// <summary>Sent again with another environment, nobody knows with which of the two the DEA works.</summary>
    private async Task<string?> KeyAsync(Build build, StagingStartMessage message, CancellationToken cancellationToken)
    {
        var digest = await db.Packages.Where(p => p.Guid == build.PackageGuid).Select(p => p.ContentDigest).SingleOrDefaultAsync(cancellationToken);
        var key = StagingKey.Of(message, digest);
        return build.DeaId is null || build.StagingKey == key ? key : null;
    }

    public string NoRoom(Build build) =>
        $"no available stager with stack '{messages.StackOf(build)}' has {build.StagingMemoryMb} MB of memory and {build.StagingDiskMb} MB of disk free: {pool.ExplainStaging(DemandOf(build))}";

    private Demand DemandOf(Build build) => new(build.StagingMemoryMb, build.StagingDiskMb, messages.StackOf(build));
}
