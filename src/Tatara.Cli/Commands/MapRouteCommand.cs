using System.CommandLine;
using System.Text.Json.Nodes;
using Tatara.Cli.Api.Records;

namespace Tatara.Cli.Commands;

internal sealed class MapRouteCommand : RouteCommand
{
    private readonly Argument<string?> name;
    private readonly Argument<string?> domain;
    private readonly RouteOptions options;
    private readonly Option<string?> appProtocol;
    private readonly Option<string?> appPort;
    private readonly Option<string[]> perRoute;

    public MapRouteCommand() : base("map-route", "Map a route to an app")
    {
        Usage = UsageOf("map-route", "APP_NAME DOMAIN", "Map", " [--app-protocol PROTOCOL] [--option OPTION=VALUE]");
        Examples = ExamplesOf("map-route", "my-app example.com");
        RelatedCommands = "create-route, routes, unmap-route";
        name = Required("APP_NAME");
        domain = Required("DOMAIN");
        options = RouteFlags("for");
        appProtocol = Value(["--app-protocol"], "Protocol for the route destination (default: http1). Only applied to HTTP routes");
        appPort = Value(["--app-port"], "App port for the route destination (default: 8080). Only applied to HTTP routes");
        perRoute = PerRouteFlag();
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var address = RouteAddress.Read(line, domain, options);
        var port = RouteAddress.Number(line.GetValue(appPort), "app-port");
        var chosen = PerRouteOptions.Read(line.GetValue(perRoute), address);
        var target = session.RequireSpace();
        var owner = await session.Api.FindDomainAsync(address.Domain, stop);
        var app = await session.Api.FindAppAsync(line.GetRequiredValue(name)!, target.Space.Guid, stop);
        var route = await session.Api.TryFindRouteAsync(owner, address.Host, address.Path, address.Port, stop)
            ?? await CreateAsync(session, target, owner, address, chosen, stop);

        session.Terminal.Say(
            $"Mapping route {route.Url} to app {app.Name} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        if (await session.Api.TryFindDestinationAsync(route.Guid, app.Guid, stop) is not null)
            session.Terminal.Line($"App '{app.Name}' is already mapped to route '{route.Url}'. Nothing has been updated.");
        else
            await session.Api.MapRouteAsync(route.Guid, app.Guid, line.GetValue(appProtocol), port, stop);
        session.Terminal.Ok();
        return ExitCodes.Success;
    }

    private static async Task<Route> CreateAsync(Session session, Target target, Domain owner, RouteAddress address, JsonObject? options, CancellationToken stop)
    {
        session.Terminal.Say($"Creating route {address} for org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        var route = await session.Api.CreateRouteAsync(target.Space.Guid, owner.Guid, address.Host, address.Path, address.Port, options, stop);
        session.Terminal.Ok();
        return route;
    }
}
