using System.CommandLine;
using Tatara.Cli.Apps;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class StartCommand : CfCommand
{
    private readonly Argument<string?> name;

    public StartCommand() : base("start", "Start an app")
    {
        Alias = "st";
        Usage = "cf start APP_NAME\n\nIf the app's most recent package is unstaged, starting the app will stage and run that package.\n"
            + "Otherwise, the app's current droplet will be run.";
        RelatedCommands = "apps, logs, scale, stop, restart";
        EnvironmentVariables = Timeouts.Both;
        name = Required("APP_NAME");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var target = session.RequireSpace();
        var app = await session.Api.FindAppAsync(line.GetRequiredValue(name)!, target.Space.Guid, stop);
        var launcher = new AppLauncher(session, target, restarts: false);
        if (app.IsStarted)
        {
            launcher.Announce(app.Name);
            session.Terminal.Line($"App '{app.Name}' is already started.");
            session.Terminal.Ok();
            return ExitCodes.Success;
        }

        if (await session.Api.TryGetUnstagedPackageAsync(app.Guid, stop) is { } package)
        {
            launcher.Announce(app.Name);
            await launcher.StageAndLaunchAsync(app, package.Guid, stop);
        }
        else
        {
            await launcher.LaunchAsync(app, dropletGuid: null, stop);
        }

        return ExitCodes.Success;
    }
}
