using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.CloudController.Data;
using Tatara.CloudController.Deas;
using Tatara.MessageBus;

namespace Tatara.CloudController.Builds;

/// <summary>Looks after the builds that are underway, those of a Cloud Controller that died included: each ends, whatever breaks.</summary>
internal sealed partial class StagingWatch(
    IServiceScopeFactory scopes, DeaPool pool, NatsConnection bus, StagingTimes times, TimeProvider time, ILogger<StagingWatch> logger) : BackgroundService
{
    /// <summary>Since when the bus is heard without a gap. What was said during one is lost.</summary>
    private long _listeningSince;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        bus.Connected += OnConnected;
        OnConnected();
        while (true)
        {
            try
            {
                if (bus.IsConnected) await LookAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.Failed(logger, e);
            }
            await Task.Delay(times.Look, time, stoppingToken);
        }
    }

    private void OnConnected() => Interlocked.Exchange(ref _listeningSince, time.GetUtcNow().UtcTicks);

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var listeningSince = new DateTimeOffset(Interlocked.Read(ref _listeningSince), TimeSpan.Zero);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>();
        foreach (var build in await db.Builds.AsNoTracking().Where(b => b.State == BuildStates.Staging).ToListAsync(cancellationToken))
        {
            var seen = build.DeaId is null ? null : pool.StagerSeen(build.DeaId);
            var verdict = BuildHealth.Judge(build, time.GetUtcNow(), listeningSince, seen, times);
            if (verdict != BuildVerdict.Wait) await ActAsync(build, verdict, scope.ServiceProvider, cancellationToken);
        }
    }

    private async Task ActAsync(Build build, BuildVerdict verdict, IServiceProvider services, CancellationToken cancellationToken)
    {
        var stager = services.GetRequiredService<Stager>();
        if (verdict == BuildVerdict.Send)
        {
            await stager.StageAsync(build, cancellationToken);
            return;
        }
        var (id, detail) = verdict switch
        {
            BuildVerdict.NoRoom => (StagingErrors.InsufficientResources, stager.NoRoom(build)),
            BuildVerdict.NotTaken => (StagingErrors.StagingError, "no DEA takes the build"),
            BuildVerdict.Lost => (StagingErrors.StagingError, $"the DEA '{build.DeaId}' that was staging the app is gone. Push again"),
            _ => (StagingErrors.StagingTimeExpired, $"staging took longer than {times.Timeout.TotalSeconds:0} s"),
        };
        Log.Ended(logger, build.Guid, detail);
        await services.GetRequiredService<BuildCancellation>().EndAsync(build, id, detail, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Build {Build} fails: {Reason}")]
        public static partial void Ended(ILogger logger, string build, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "Builds cannot be looked after")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
