using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.CloudController.Apps;
using Tatara.CloudController.Data;
using Tatara.Database;
using Tatara.MessageBus;

namespace Tatara.CloudController.Instances;

/// <summary>Once after a start: sends what was written down but not yet sent when Cloud Controller was killed.</summary>
internal sealed partial class UnsentChanges(IServiceScopeFactory scopes, NatsConnection bus, ILogger<UnsentChanges> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await bus.ConnectAsync(stoppingToken);
        List<string> unsent;
        try
        {
            unsent = await FindAsync(stoppingToken);
        }
        catch (Exception e) when (e.IsUnavailable())
        {
            Log.CannotFind(logger, e); // The Health Manager finds what differs, only later.
            return;
        }
        foreach (var process in unsent)
        {
            try
            {
                Log.Sending(logger, process);
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<IInstanceControl>().DesiredStateChangedAsync(process, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.Failed(logger, process, e);
            }
        }
    }

    private async Task<List<string>> FindAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CloudControllerDbContext>();
        var differing =
            from process in db.Processes
            join app in db.Apps on process.AppGuid equals app.Guid
            let wanted = app.DesiredState == AppStates.Started && !app.Deleting && process.Instances > 0
                && db.Droplets.Any(d => d.Guid == app.CurrentDropletGuid && d.State == DropletStates.Staged)
            where wanted
                ? process.SentVersion != process.Version || process.SentInstances != process.Instances
                : process.SentVersion != null
            select process.Guid;
        return await differing.ToListAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The last change of process {Process} had not been sent yet")]
        public static partial void Sending(ILogger logger, string process);

        [LoggerMessage(Level = LogLevel.Error, Message = "It cannot be found out whether changes were not sent yet")]
        public static partial void CannotFind(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Error, Message = "The last change of process {Process} cannot be sent")]
        public static partial void Failed(ILogger logger, string process, Exception exception);
    }
}
