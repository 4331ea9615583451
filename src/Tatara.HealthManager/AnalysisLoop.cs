using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.HealthManager.Desired;

namespace Tatara.HealthManager;

/// <summary>Compares everything, over and over.</summary>
internal sealed partial class AnalysisLoop(
    HealthMonitor monitor, OrderSender sender, DesiredSignal desiredSignal, HealthManagerOptions options, TimeProvider time, ILogger<AnalysisLoop> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.AnalysisInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var verdict = monitor.Tick();
                if (verdict.HasSlept) Log.HasSlept(logger);
                foreach (var dea in verdict.SilentDeas) Log.DeaSilent(logger, dea, options.HeartbeatTimeToLive.TotalSeconds);
                if (verdict.Orders.NeedsNewerDesired) desiredSignal.Raise();
                await sender.SendSilentAsync(verdict.SilentDeas, stoppingToken);
                await sender.SendAsync(verdict.Orders, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The watch over all apps goes on, whatever is wrong with one.
                Log.Failed(logger, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "DEA {Dea} is silent for more than {Seconds:0.#} s: its instances are started elsewhere")]
        public static partial void DeaSilent(ILogger logger, string dea, double seconds);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The Health Manager stood still for a while: it listens anew before it judges")]
        public static partial void HasSlept(ILogger logger);

        [LoggerMessage(Level = LogLevel.Error, Message = "The analysis failed")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
