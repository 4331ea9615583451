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

internal sealed class StopCommand : CfCommand
{
    private readonly Argument<string?> name;

    public StopCommand() : base("stop", "Stop an app")
    {
        Alias = "sp";
        Usage = "cf stop APP_NAME";
        RelatedCommands = "restart, scale, start";
        name = Required("APP_NAME");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var target = session.RequireSpace();
        var app = await session.Api.FindAppAsync(line.GetRequiredValue(name)!, target.Space.Guid, stop);
        if (app.IsStarted)
        {
            session.Terminal.Say($"Stopping app {app.Name} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
            await session.Api.ActAsync(app.Guid, "stop", stop);
        }
        else
        {
            session.Terminal.Say($"App {app.Name} is already stopped.");
        }

        session.Terminal.Ok();
        return ExitCodes.Success;
    }
}

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

internal sealed class RestageCommand : CfCommand
{
    private readonly Argument<string?> name;

    public RestageCommand() : base(
        "restage",
        "Stage the app's latest package into a droplet and restart the app with this new droplet and updated configuration "
        + "(environment variables, service bindings, buildpack, stack, etc.).")
    {
        Alias = "rg";
        Usage = "cf restage APP_NAME\n\nThis command will cause downtime.";
        RelatedCommands = "restart";
        EnvironmentVariables = Timeouts.Both;
        name = Required("APP_NAME");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var target = session.RequireSpace();
        var appName = line.GetRequiredValue(name)!;
        session.Terminal.Warn("This action will cause app downtime.");
        session.Terminal.Line();
        session.Terminal.Say($"Restaging app {appName} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        session.Terminal.Line();
        var app = await session.Api.FindAppAsync(appName, target.Space.Guid, stop);
        var package = await session.Api.TryGetNewestPackageAsync(app.Guid, onlyReady: true, stop)
            ?? throw new CfException($"App '{appName}' has no eligible packages.\n\nTIP: Use 'cf push {appName}' to upload one.");
        await new AppLauncher(session, target, restarts: true).StageAndLaunchAsync(app, package.Guid, stop);
        return ExitCodes.Success;
    }
}

/// <summary>Help on the variables that limit waiting.</summary>
internal static class Timeouts
{
    public static readonly (string, string) Startup = ("CF_STARTUP_TIMEOUT=5", "Max wait time for app instance startup, in minutes");

    public static readonly (string, string)[] Both = [("CF_STAGING_TIMEOUT=15", "Max wait time for staging, in minutes"), Startup];
}
