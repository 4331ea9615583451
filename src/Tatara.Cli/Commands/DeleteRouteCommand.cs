using System.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class DeleteRouteCommand : RouteCommand
{
    private readonly Argument<string?> domain;
    private readonly RouteOptions options;
    private readonly Option<bool> force;

    public DeleteRouteCommand() : base("delete-route", "Delete a route")
    {
        Usage = UsageOf("delete-route", "DOMAIN", "Delete");
        Examples = ExamplesOf("delete-route", "example.com");
        RelatedCommands = "routes, unmap-route";
        domain = Required("DOMAIN");
        options = RouteFlags("used to identify");
        force = Flag(["-f"], "Force deletion without confirmation");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var address = RouteAddress.Read(line, domain, options);
        session.RequireOrganization();
        session.Terminal.Line("This action impacts all apps using this route.");
        session.Terminal.Line("Deleting this route will make apps unreachable via this route.");
        if (!line.GetValue(force) && !session.Terminal.Confirm($"Really delete the route {address}?"))
        {
            session.Terminal.Line($"'{address}' has not been deleted.");
            return ExitCodes.Success;
        }

        session.Terminal.Say($"Deleting route {address}...");
        await DeleteAsync(session, address, stop);
        session.Terminal.Ok();
        return ExitCodes.Success;
    }

    private static async Task DeleteAsync(Session session, RouteAddress address, CancellationToken stop)
    {
        if (await session.Api.TryFindDomainAsync(address.Domain, stop) is not { } owner)
            session.Terminal.Warn($"Domain '{address.Domain}' not found.");
        else if (await session.Api.TryFindRouteAsync(owner, address.Host, address.Path, address.Port, stop) is not { } route)
            session.Terminal.Line($"Unable to delete. {address.NotFoundText}");
        else
            await session.Api.DeleteRouteAsync(route.Guid, stop);
    }
}
