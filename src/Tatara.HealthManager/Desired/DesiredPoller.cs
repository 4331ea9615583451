using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tatara.HealthManager.Desired;

/// <summary>Keeps desired state young: fetches all of it now and then, and soon after a change.</summary>
internal sealed partial class DesiredPoller(
    BulkClient client, HealthMonitor monitor, DesiredSignal signal, HealthManagerOptions options, TimeProvider time, ILogger<DesiredPoller> logger)
    : BackgroundService
{
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetryWait = TimeSpan.FromSeconds(5);

    /// <summary>1. Fetch, 2. rest for as long as Cloud Controller was busy with it, 3. wait until it is due or something changed.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        while (true)
        {
            var begin = monitor.Now;
            try
            {
                var processes = await client.FetchAsync(stoppingToken); // 1.
                monitor.Learn(processes, begin);
                if (failures > 0) Log.Recovered(logger);
                failures = 0;
            }
            catch (Exception e) when (IsFailure(e, stoppingToken))
            {
                if (failures++ == 0) Log.Failed(logger, e.Message);
                await Task.Delay(RetryWait(failures), time, stoppingToken);
                continue;
            }
            var took = monitor.Now - begin;
            await Task.Delay(took > ShortestRest ? took : ShortestRest, time, stoppingToken); // 2.
            await signal.WaitAsync(options.DesiredFetchInterval, time, stoppingToken); // 3.
        }
    }

    /// <summary>A timeout of HttpClient is an OperationCanceledException too.</summary>
    private static bool IsFailure(Exception e, CancellationToken stoppingToken) =>
        e is HttpRequestException or JsonException or InvalidDataException or IOException or NotSupportedException
        || (e is OperationCanceledException && !stoppingToken.IsCancellationRequested);

    private static TimeSpan RetryWait(int failures)
    {
        var wait = ShortestRest * (1 << Math.Min(failures, 10));
        return wait < LongestRetryWait ? wait : LongestRetryWait;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Cloud Controller does not tell what should run ({Reason}); trying on")]
        public static partial void Failed(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "Cloud Controller tells again what should run")]
        public static partial void Recovered(ILogger logger);
    }
}
