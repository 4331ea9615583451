using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Deas;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.Builds;

/// <summary>Gives a build to a DEA. Nothing is waited for: the replies come to <see cref="StagingListener"/>, what goes wrong is found by <see cref="StagingWatch"/>.</summary>
internal sealed class Stager(CloudControllerDbContext db, DeaPool pool, DeaClient deas, StagingMessages messages, NatsConnection bus, TimeProvider time)
{
    /// <summary>1. choose a DEA, 2. claim the build for it, so that two Cloud Controllers do not both send it, 3. send.</summary>
    /// <returns>False: no DEA has room. They were asked to advertise anew, so trying again is worth while.</returns>
    public async Task<bool> StageAsync(Build build, CancellationToken cancellationToken)
    {
        var demand = new Demand(build.StagingMemoryMb, build.StagingDiskMb, messages.StackOf(build));
        if (pool.PlaceStaging(demand) is not { } dea) // 1.
        {
            await deas.LocateStagersAsync(cancellationToken);
            return false;
        }
        var message = await messages.CreateAsync(build, cancellationToken);
        var (seen, now) = (build.UpdatedAt, time.GetUtcNow());
        var claimed = await db.Builds // 2.
            .Where(b => b.Guid == build.Guid && b.State == BuildStates.Staging && b.StartedAt == null && b.UpdatedAt == seen)
            .ExecuteUpdateAsync(s => s.SetProperty(b => b.DeaId, dea).SetProperty(b => b.UpdatedAt, now), cancellationToken);
        if (claimed == 1) // 3.
            await bus.PublishAsync(Subjects.StagingStart(dea), message, StagingSubjects.Reply(build.Guid), cancellationToken);
        return true;
    }

    public string NoRoom(Build build) =>
        $"no available stager with stack '{messages.StackOf(build)}' has {build.StagingMemoryMb} MB of memory and {build.StagingDiskMb} MB of disk free";
}
