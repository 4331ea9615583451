using Tatara.CloudController.Data;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.Builds;

/// <summary>Ends a build from here: the DEA stops, and the build fails with a reason, whether or not the DEA hears it.</summary>
internal sealed class BuildCancellation(BuildOutcome outcome, NatsConnection bus)
{
    public async Task EndAsync(Build build, string errorId, string reason, CancellationToken cancellationToken)
    {
        await bus.PublishAsync(Subjects.StagingStop, new StagingStopMessage(build.AppGuid, build.Guid), cancellationToken: cancellationToken);
        await outcome.FailAsync(build.Guid, errorId, reason, cancellationToken);
    }
}
