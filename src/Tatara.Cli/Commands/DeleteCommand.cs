using System.CommandLine;
using Tatara.Cli.Api;
using Tatara.Cli.Api.Records;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class DeleteCommand : CfCommand
{
    private readonly Argument<string?> name;
    private readonly Option<bool> force;
    private readonly Option<bool> withRoutes;

    public DeleteCommand() : base("delete", "Delete an app")
    {
        Alias = "d";
        Usage = "cf delete APP_NAME [-r] [-f]";
        RelatedCommands = "apps, scale, stop";
        name = Required("APP_NAME");
        force = Flag(["-f"], "Force deletion without confirmation");
        withRoutes = Flag(["-r"], "Also delete any mapped routes");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var target = session.RequireSpace();
        var appName = line.GetRequiredValue(name)!;
        var routesToo = line.GetValue(withRoutes);
        if (!line.GetValue(force) && !Confirm(session, appName, routesToo)) return ExitCodes.Success;

        session.Terminal.Say($"Deleting app {appName} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        var app = (await session.Api.FindAppsAsync([appName], target.Space.Guid, stop)).FirstOrDefault();
        if (app is null) session.Terminal.Warn($"App '{appName}' does not exist.");
        else await DeleteAsync(session, app, routesToo, stop);
        session.Terminal.Ok();
        return ExitCodes.Success;
    }

    private static bool Confirm(Session session, string appName, bool withRoutes)
    {
        if (withRoutes)
            session.Terminal.Line("Deleting the app and associated routes will make apps with this route, in any org, unreachable.");
        if (session.Terminal.Confirm($"Really delete the app {appName}{(withRoutes ? " and associated routes" : "")}?")) return true;
        session.Terminal.Line($"App '{appName}' has not been deleted.");
        return false;
    }

    private static async Task DeleteAsync(Session session, App app, bool withRoutes, CancellationToken stop)
    {
        List<Route> routes = withRoutes ? await session.Api.ListRoutesOfAppAsync(app.Guid, stop) : [];
        if (routes.FirstOrDefault(route => route.To.Any(to => to.App.Guid != app.Guid)) is { } shared)
        {
            throw new CfException(
                $"App '{app.Name}' was not deleted because route '{shared.Url}' is mapped to more than one app.\n\n"
                + $"TIP: Run 'cf delete {app.Name}' to delete the app and 'cf delete-route' to delete the route.");
        }

        await session.Api.DeleteAppAsync(app.Guid, stop);
        foreach (var route in routes) await DeleteRouteAsync(session, route, stop);
    }

    private static async Task DeleteRouteAsync(Session session, Route route, CancellationToken stop)
    {
        try
        {
            await session.Api.DeleteRouteAsync(route.Guid, stop);
        }
        catch (ApiException error) when (error.Status == System.Net.HttpStatusCode.NotFound)
        {
            // Somebody else was faster.
        }
    }
}
