using System.CommandLine;
using Tatara.Cli.Apps;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

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
