using System.CommandLine;
using Tatara.Cli.Apps;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class AppCommand : CfCommand
{
    private readonly Argument<string?> name;
    private readonly Option<bool> guid;

    public AppCommand() : base("app", "Display health and status for an app")
    {
        Usage = "cf app APP_NAME [--guid]";
        RelatedCommands = "apps, events, logs, map-route, unmap-route, push";
        name = Required("APP_NAME");
        guid = Flag(["--guid"], "Retrieve and display the given app's guid.  All other health and status output for the app is suppressed.");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var target = session.RequireSpace();
        var appName = line.GetRequiredValue(name)!;
        var onlyGuid = line.GetValue(guid);
        if (!onlyGuid)
        {
            session.Terminal.Say(
                $"Showing health and status for app {appName} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
            session.Terminal.Line();
        }

        var app = await session.Api.FindAppAsync(appName, target.Space.Guid, stop);
        if (onlyGuid) session.Terminal.Line(app.Guid);
        else AppSummaryView.Show(session.Terminal, await AppSummary.GetAsync(session.Api, app, withCommands: false, stop), session.Clock);
        return ExitCodes.Success;
    }
}
