using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Status;

/// <summary>Tells the bus that this member is there: when it comes, each time the bus comes back, and to whoever asks.</summary>
public sealed partial class Announcements(Member member, NatsConnection bus, ILogger<Announcements> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var questions = await bus.SubscribeCoreAsync<EmptyMessage>(Subjects.ComponentDiscover, cancellationToken: stoppingToken);
        bus.Connected += () => _ = AnnounceAsync(stoppingToken);
        await foreach (var question in questions.ReadAllAsync(stoppingToken))
        {
            try
            {
                await question.ReplyAsync(await member.AnnounceAsync(stoppingToken), stoppingToken);
            }
            catch (Exception e) when (e is NatsException or InvalidOperationException)
            {
                Log.NotSaid(logger, e.Message); // Who asked asks again.
            }
        }
    }

    private async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await bus.PublishAsync(Subjects.ComponentAnnounce, await member.AnnounceAsync(cancellationToken), cancellationToken: cancellationToken);
        }
        catch (Exception e) when (e is NatsException or OperationCanceledException or ObjectDisposedException)
        {
            Log.NotSaid(logger, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "The bus is not told that this member is there: {Reason}")]
        public static partial void NotSaid(ILogger logger, string reason);
    }
}
