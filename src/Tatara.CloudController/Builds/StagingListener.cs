using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tatara.CloudController.Hosting;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.Builds;

/// <summary>Hears the stagers' replies: first that one took the build, then how it ended.</summary>
internal sealed partial class StagingListener(NatsConnection bus, IServiceScopeFactory scopes, TimeProvider time, ILogger<StagingListener> logger)
    : BusListener(bus, logger)
{
    private readonly ILogger _logger = logger;

    protected override Task SubscribeAsync() => HearAsync<StagingReply>(Subjects.StagingReply("*"), Subjects.Queues.CloudController, HearAsync);

    private async Task HearAsync(NatsMsg<StagingReply> message, StagingReply reply, CancellationToken cancellationToken)
    {
        if (message.Subject != Subjects.StagingReply(reply.TaskId))
        {
            Log.Misdirected(_logger, message.Subject, reply.TaskId);
            return;
        }
        await using var scope = scopes.CreateAsyncScope();
        var outcome = scope.ServiceProvider.GetRequiredService<BuildOutcome>();
        if (reply.ErrorInfo?.Type == StagingErrors.InsufficientResources)
        {
            await outcome.GiveBackAsync(reply.TaskId, cancellationToken);
            return;
        }
        await outcome.AcceptAsync(reply.TaskId, reply.Begun == true, time.GetUtcNow(), cancellationToken);
        var isResult = reply.DropletSha1 is not null || reply.Error is not null || reply.ErrorInfo is not null;
        if (isResult) await outcome.FinishAsync(reply, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The staging reply on {Subject} is about another build, {Build}")]
        public static partial void Misdirected(ILogger logger, string subject, string build);
    }
}
