using System.CommandLine;
using Tatara.Cli.Api;
using Tatara.Cli.CommandLine;
using Tatara.Cli.Logs;

namespace Tatara.Cli.Commands;

internal sealed class LogsCommand : CfCommand
{
    private static readonly TimeSpan Backlog = TimeSpan.FromSeconds(1);

    private readonly Argument<string?> name;
    private readonly Option<bool> recent;

    public LogsCommand() : base("logs", "Tail or show recent logs for an app")
    {
        Usage = "cf logs APP_NAME";
        RelatedCommands = "app, apps";
        name = Required("APP_NAME");
        recent = Flag(["--recent"], "Dump recent logs instead of tailing");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var target = session.RequireSpace();
        var appName = line.GetRequiredValue(name)!;
        session.Terminal.Say(
            $"Retrieving logs for app {appName} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        session.Terminal.Line();
        var app = await session.Api.FindAppAsync(appName, target.Space.Guid, stop);
        var zone = session.Clock.LocalTimeZone;
        if (line.GetValue(recent))
        {
            foreach (var entry in (await session.LogCache.ReadNewestAsync(app.Guid, LogCacheClient.MaxLines, stop)).Reverse())
                LogLines.Show(session.Terminal, entry, zone);
            return ExitCodes.Success;
        }

        try
        {
            var follower = await LogFollower.FromNowAsync(session, app.Guid, stop, Backlog);
            await follower.FollowAsync(entry => LogLines.Show(session.Terminal, entry, zone), stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Ctrl-C is how a tail ends.
        }

        return ExitCodes.Success;
    }
}
