using System.CommandLine;
using Tatara.Cli.Api;
using Tatara.Cli.Api.Records;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class UpdateRouteCommand : CfCommand
{
    private readonly Argument<string?> domain;
    private readonly Option<string?> host;
    private readonly Option<string?> path;
    private readonly Option<string[]> options;
    private readonly Option<string[]> removed;

    public UpdateRouteCommand() : base("update-route", "Update a route by route specific options, e.g. load balancing algorithm")
    {
        Usage = "Update an existing HTTP route:\n   cf update-route DOMAIN [--hostname HOSTNAME] [--path PATH] [--option OPTION=VALUE] [--remove-option OPTION]";
        Examples = "cf update-route example.com -o loadbalancing=round-robin\ncf update-route example.com -o loadbalancing=least-connection\n"
            + "cf update-route example.com -r loadbalancing\ncf update-route example.com --hostname myhost --path foo -o loadbalancing=round-robin";
        RelatedCommands = "create-route, domains, map-route, routes, unmap-route";
        domain = Required("DOMAIN");
        host = Value(["--hostname", "-n"], "Hostname for the HTTP route (required for shared domains)");
        path = Value(["--path"], "Path for the HTTP route");
        options = Values(["--option", "-o"], "Set the value of a per-route option");
        removed = Values(["--remove-option", "-r"], "Remove an option with the given name");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var below = line.GetValue(path) ?? "";
        if (below.Length > 0 && below[0] != '/') below = "/" + below;
        var address = new RouteAddress(line.GetRequiredValue(domain)!, line.GetValue(host) ?? "", below, null);
        var target = session.RequireSpace();
        var owner = await session.Api.FindDomainAsync(address.Domain, stop);
        var route = await session.Api.TryFindRouteAsync(owner, address.Host, address.Path, null, stop) ?? throw new NotFoundException(address.NotFoundText);
        var changes = PerRouteOptions.Read(line.GetValue(options), address) ?? [];
        foreach (var name in line.GetValue(removed) ?? []) changes[name] = null;
        if (changes.Count == 0) throw new CfException($"Route option support: 'No options were specified for the update of the Route {route.Url}'");

        session.Terminal.Say($"Updating route {address} for org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        Route updated = await session.Api.UpdateRouteAsync(route.Guid, changes, stop);
        session.Terminal.Line($"Route {updated.Url} has been updated");
        session.Terminal.Ok();
        return ExitCodes.Success;
    }
}
