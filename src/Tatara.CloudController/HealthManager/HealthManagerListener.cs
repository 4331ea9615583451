using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tatara.CloudController.Hosting;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.HealthManager;

/// <summary>Listens to the Health Manager and to instances that end. Of several Cloud Controllers one gets each message.</summary>
internal sealed class HealthManagerListener(NatsConnection bus, IServiceScopeFactory scopes, ILogger<HealthManagerListener> logger) : BusListener(bus, logger)
{
    /// <summary>When many DEAs vanish there are thousands of them.</summary>
    private const int MaxStartsAtOnce = 500;

    protected override async Task SubscribeAsync()
    {
        await HearManyAsync<HmStart>(Subjects.Hm9000Start, Subjects.Queues.CloudController, MaxStartsAtOnce, async (orders, stop) =>
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<HmOrders>().StartAsync(orders, stop);
        });
        await HearAsync<HmStop>(Subjects.Hm9000Stop, (services, message, stop) => services.GetRequiredService<HmOrders>().StopAsync(message, stop));
        await HearAsync<DropletExited>(Subjects.DropletExited, (services, message, stop) => message.Reason == ExitReasons.Refused
            ? services.GetRequiredService<RefusedStarts>().TakeBackAsync(message, stop)
            : services.GetRequiredService<CrashRecorder>().RecordAsync(message, stop));
    }

    private Task HearAsync<T>(string subject, Func<IServiceProvider, T, CancellationToken, Task> act)
        where T : class =>
        HearAsync<T>(subject, Subjects.Queues.CloudController, async (_, message, cancellationToken) =>
        {
            await using var scope = scopes.CreateAsyncScope();
            await act(scope.ServiceProvider, message, cancellationToken);
        });
}
