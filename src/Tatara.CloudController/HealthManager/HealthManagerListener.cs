using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.HealthManager;

/// <summary>Listens to the Health Manager and to instances that end. Of several Cloud Controllers one gets each message.</summary>
internal sealed partial class HealthManagerListener(NatsConnection bus, IServiceScopeFactory scopes, ILogger<HealthManagerListener> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        HearAsync<HmStart>(Subjects.Hm9000Start, (services, m) => services.GetRequiredService<HmOrders>().StartAsync(m, stoppingToken), stoppingToken),
        HearAsync<HmStop>(Subjects.Hm9000Stop, (services, m) => services.GetRequiredService<HmOrders>().StopAsync(m, stoppingToken), stoppingToken),
        HearAsync<DropletExited>(
            Subjects.DropletExited, (services, m) => services.GetRequiredService<CrashRecorder>().RecordAsync(m, stoppingToken), stoppingToken));

    private async Task HearAsync<T>(string subject, Func<IServiceProvider, T, Task> act, CancellationToken cancellationToken)
    {
        await foreach (var message in bus.SubscribeAsync<T>(subject, Subjects.Queues.CloudController, cancellationToken))
        {
            try
            {
                if (message.Data is not { } data)
                {
                    Log.Unreadable(logger, subject, message.Error?.Message);
                    continue;
                }
                await using var scope = scopes.CreateAsyncScope();
                await act(scope.ServiceProvider, data);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.Failed(logger, subject, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A message on {Subject} cannot be read: {Reason}")]
        public static partial void Unreadable(ILogger logger, string subject, string? reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "A message on {Subject} cannot be acted on")]
        public static partial void Failed(ILogger logger, string subject, Exception exception);
    }
}
