using Tatara.Cli.Api.Records;

namespace Tatara.Cli.Apps;

/// <summary>What start, restart and restage have in common: stage if needed, stop, start, wait, show.</summary>
internal sealed class AppLauncher(Session session, Target target, bool restarts)
{
    public async Task StageAndLaunchAsync(App app, string packageGuid, CancellationToken stop)
    {
        var droplet = await new Stager(session).StageAsync(app, packageGuid, stop);
        session.Terminal.Line();
        await LaunchAsync(app, droplet, stop);
    }

    /// <param name="dropletGuid">The droplet to run from now on; null keeps the current one.</param>
    public async Task LaunchAsync(App app, string? dropletGuid, CancellationToken stop)
    {
        Announce(app.Name);
        if (app.IsStarted)
        {
            session.Terminal.Line("Stopping app...");
            session.Terminal.Line();
            await session.Api.ActAsync(app.Guid, "stop", stop);
        }

        if (dropletGuid is not null) await session.Api.SetCurrentDropletAsync(app.Guid, dropletGuid, stop);
        session.Terminal.Line("Waiting for app to start...");
        session.Terminal.Line();
        await session.Api.ActAsync(app.Guid, "start", stop);
        await new AppStarter(session).WaitAsync(app, stop);
        session.Terminal.Line();
        await ShowAsync(session, app.Name, target, withCommands: false, stop);
    }

    public void Announce(string appName)
    {
        if (restarts)
            session.Terminal.Say($"Restarting app {appName} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        else
            session.Terminal.Say($"Starting app {appName} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        session.Terminal.Line();
    }

    /// <summary>Shows the app as it is now.</summary>
    public static async Task ShowAsync(Session session, string appName, Target target, bool withCommands, CancellationToken stop)
    {
        var app = await session.Api.FindAppAsync(appName, target.Space.Guid, stop);
        AppSummaryView.Show(session.Terminal, await AppSummary.GetAsync(session.Api, app, withCommands, stop), session.Clock);
    }
}
