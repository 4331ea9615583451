using System.CommandLine;
using Tatara.Cli.Api;

namespace Tatara.Cli.Commands;

internal sealed class CreateRouteCommand : RouteCommand
{
    private readonly Argument<string?> domain;
    private readonly RouteOptions options;
    private readonly Option<string[]> perRoute;

    public CreateRouteCommand() : base("create-route", "Create a route for later use")
    {
        Usage = UsageOf("create-route", "DOMAIN", "Create", " [--option OPTION=VALUE]");
        Examples = ExamplesOf("create-route", "example.com");
        RelatedCommands = "domains, map-route, routes, unmap-route";
        domain = Required("DOMAIN");
        options = RouteFlags("for");
        perRoute = PerRouteFlag();
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var address = RouteAddress.Read(line, domain, options);
        var chosen = PerRouteOptions.Read(line.GetValue(perRoute), address);
        var target = session.RequireSpace();
        session.Terminal.Say($"Creating route {address} for org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        var owner = await session.Api.FindDomainAsync(address.Domain, stop);
        try
        {
            var route = await session.Api.CreateRouteAsync(target.Space.Guid, owner.Guid, address.Host, address.Path, address.Port, chosen, stop);
            session.Terminal.Line($"Route {route.Url} has been created.");
        }
        catch (ApiException error) when (error.DetailContains("Route already exists"))
        {
            session.Terminal.Warn(error.Message);
        }

        session.Terminal.Ok();
        return ExitCodes.Success;
    }
}
