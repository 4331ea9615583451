using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.Builds;

/// <summary>Hears the stagers' replies: first that one took the build, then how it ended.</summary>
internal sealed partial class StagingListener(
    NatsConnection bus, IServiceScopeFactory scopes, TimeProvider time, ILogger<StagingListener> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var message in bus.SubscribeAsync<StagingReply>(StagingSubjects.AllReplies, Subjects.Queues.CloudController, stoppingToken))
        {
            try
            {
                await HearAsync(message, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.Failed(logger, message.Subject, e);
            }
        }
    }

    private async Task HearAsync(NatsMsg<StagingReply> message, CancellationToken cancellationToken)
    {
        if (message.Data is not { } reply || message.Subject != StagingSubjects.Reply(reply.TaskId))
        {
            Log.Unreadable(logger, message.Subject, message.Error?.Message ?? "it is about another build");
            return;
        }
        await using var scope = scopes.CreateAsyncScope();
        var outcome = scope.ServiceProvider.GetRequiredService<BuildOutcome>();
        await outcome.AcceptAsync(reply.TaskId, time.GetUtcNow(), cancellationToken);
        var isResult = reply.DropletSha1 is not null || reply.Error is not null || reply.ErrorInfo is not null;
        if (isResult) await outcome.FinishAsync(reply, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The staging reply on {Subject} cannot be read: {Reason}")]
        public static partial void Unreadable(ILogger logger, string subject, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "The staging reply on {Subject} cannot be acted on")]
        public static partial void Failed(ILogger logger, string subject, Exception exception);
    }
}
