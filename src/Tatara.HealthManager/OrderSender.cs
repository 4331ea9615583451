using Microsoft.Extensions.Logging;
using Tatara.HealthManager.Analysis;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.HealthManager;

/// <summary>Hands orders to Cloud Controller, which checks that it still agrees and chooses the DEA.</summary>
internal sealed partial class OrderSender(NatsConnection bus, ILogger<OrderSender> logger)
{
    /// <summary>Nothing may be placed on a DEA that is given up: its last advertisement may be younger than its death.</summary>
    public async Task SendSilentAsync(IReadOnlyList<string> deas, CancellationToken cancellationToken)
    {
        foreach (var dea in deas) await bus.PublishAsync(Subjects.DeaSilent, new DeaSilent(dea), cancellationToken: cancellationToken);
    }

    public async Task SendAsync(Orders orders, CancellationToken cancellationToken)
    {
        foreach (var start in orders.Starts)
        {
            Log.Start(logger, start.Droplet, start.Index);
            var message = new HmStart(NewId(), start.Droplet, start.Version, start.Index, start.Crashes);
            await bus.PublishAsync(Subjects.Hm9000Start, message, cancellationToken: cancellationToken);
        }
        foreach (var (instance, isDuplicate) in orders.Stops)
        {
            Log.Stop(logger, instance.Guid, instance.Droplet, instance.Index, isDuplicate ? "another one serves there" : "not wanted");
            var message = new HmStop(NewId(), instance.Droplet, instance.Version, instance.Index, instance.Guid, isDuplicate);
            await bus.PublishAsync(Subjects.Hm9000Stop, message, cancellationToken: cancellationToken);
        }
    }

    private static string NewId() => Guid.NewGuid().ToString();

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Starting instance {Index} of {Droplet}")]
        public static partial void Start(ILogger logger, string droplet, int index);

        [LoggerMessage(Level = LogLevel.Information, Message = "Stopping instance {Instance} of {Droplet}, index {Index}: {Why}")]
        public static partial void Stop(ILogger logger, string instance, string droplet, int index, string why);
    }
}
