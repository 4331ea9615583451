using System.CommandLine;
using Tatara.Cli.Apps;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class RestartCommand : CfCommand
{
    private readonly Argument<string?> name;

    public RestartCommand() : base("restart", "Stop all instances of the app, then start them again.")
    {
        Alias = "rs";
        Usage = "cf restart APP_NAME\n\nThis command will cause downtime.\n\n"
            + "If the app's most recent package is unstaged, restarting the app will stage and run that package.\n"
            + "Otherwise, the app's current droplet will be run.";
        RelatedCommands = "restage";
        EnvironmentVariables = Timeouts.Both;
        name = Required("APP_NAME");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var target = session.RequireSpace();
        var app = await session.Api.FindAppAsync(line.GetRequiredValue(name)!, target.Space.Guid, stop);
        var launcher = new AppLauncher(session, target, restarts: true);
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
