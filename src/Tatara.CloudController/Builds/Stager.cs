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
        var claimed = await db.Builds // 2.
            .Where(b => b.Guid == build.Guid && b.State == BuildStates.Staging && b.UpdatedAt == seen)
            .ExecuteUpdateAsync(s => s.SetProperty(b => b.DeaId, dea).SetProperty(b => b.UpdatedAt, now), cancellationToken);
        if (claimed == 1) // 3.
            await bus.PublishAsync(Subjects.StagingStart(dea), message, StagingSubjects.Reply(build.Guid), cancellationToken);
    }

    public string NoRoom(Build build) =>
        $"no available stager with stack '{messages.StackOf(build)}' has {build.StagingMemoryMb} MB of memory and {build.StagingDiskMb} MB of disk free: {pool.ExplainStaging(DemandOf(build))}";

    private Demand DemandOf(Build build) => new(build.StagingMemoryMb, build.StagingDiskMb, messages.StackOf(build));
}
