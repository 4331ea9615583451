using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tatara.CloudController.Blobs;

/// <summary>Cleans the blobstore soon after the start and every hour.</summary>
internal sealed partial class BlobSweep(IServiceScopeFactory scopes, TimeProvider time, ILogger<BlobSweep> logger) : BackgroundService
{
    /// <summary>A start has more urgent work.</summary>
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var wait = FirstWait; ; wait = Interval)
        {
            await Task.Delay(wait, time, stoppingToken);
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<BlobCleaning>().CleanAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.Failed(logger, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The blobstore cannot be cleaned now; it is tried again later")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
