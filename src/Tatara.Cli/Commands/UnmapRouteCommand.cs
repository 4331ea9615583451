using System.CommandLine;
using Tatara.Cli.Api;

namespace Tatara.Cli.Commands;

internal sealed class UnmapRouteCommand : RouteCommand
{
    private readonly Argument<string?> name;
    private readonly Argument<string?> domain;
    private readonly RouteOptions options;

    public UnmapRouteCommand() : base("unmap-route", "Remove a route from an app")
    {
        Usage = UsageOf("unmap-route", "APP_NAME DOMAIN", "Unmap");
        Examples = ExamplesOf("unmap-route", "my-app example.com");
        RelatedCommands = "delete-route, map-route, routes";
        name = Required("APP_NAME");
        domain = Required("DOMAIN");
        options = RouteFlags("used to identify");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var address = RouteAddress.Read(line, domain, options);
        var target = session.RequireSpace();
        var owner = await session.Api.FindDomainAsync(address.Domain, stop);
        var app = await session.Api.FindAppAsync(line.GetRequiredValue(name)!, target.Space.Guid, stop);
        var route = await session.Api.TryFindRouteAsync(owner, address.Host, address.Path, address.Port, stop)
            ?? throw new NotFoundException(address.NotFoundText);

        session.Terminal.Say(
            $"Removing route {address} from app {app.Name} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        if (await session.Api.TryFindDestinationAsync(route.Guid, app.Guid, stop) is { } destination)
            await session.Api.UnmapRouteAsync(route.Guid, destination.Guid, stop);
        else
            session.Terminal.Line("Route to be unmapped is not currently mapped to the application.");
        session.Terminal.Ok();
        return ExitCodes.Success;
    }
}
