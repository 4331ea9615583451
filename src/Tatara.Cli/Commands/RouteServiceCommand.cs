using System.CommandLine;
using Tatara.Cli.Api;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

/// <summary>bind-route-service and unbind-route-service.</summary>
internal sealed class RouteServiceCommand : CfCommand
{
    private readonly bool binds;
    private readonly Argument<string?> domain;
    private readonly Argument<string?> service;
    private readonly Option<string?> host;
    private readonly Option<string?> path;
    private readonly Option<bool>? force;

    public RouteServiceCommand(bool binds) : base(
        binds ? "bind-route-service" : "unbind-route-service", binds ? "Bind a service instance to an HTTP route" : "Unbind a service instance from an HTTP route")
    {
        this.binds = binds;
        Alias = binds ? "brs" : "urs";
        Usage = $"cf {Name} DOMAIN [--hostname HOSTNAME] [--path PATH] SERVICE_INSTANCE{(binds ? "" : " [-f]")}";
        Examples = $"cf {Name} example.com --hostname myapp --path foo myratelimiter";
        RelatedCommands = binds ? "create-user-provided-service, routes, unbind-route-service" : "bind-route-service, delete-service, routes";
        domain = Required("DOMAIN");
        service = Required("SERVICE_INSTANCE");
        host = Value(["--hostname", "-n"], "Hostname used in combination with DOMAIN to specify the route");
        path = Value(["--path"], "Path used in combination with HOSTNAME and DOMAIN to specify the route");
        if (!binds) force = Flag(["-f"], "Force unbinding without confirmation");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var below = line.GetValue(path) ?? "";
        if (below.Length > 0 && below[0] != '/') below = "/" + below;
        var address = new RouteAddress(line.GetRequiredValue(domain)!, line.GetValue(host) ?? "", below, null);
        var name = line.GetRequiredValue(service)!;
        var target = session.RequireSpace();
        if (force is not null && !line.GetValue(force) && !session.Terminal.Confirm($"Unbinding may leave apps mapped to route {address} vulnerable; e.g. if service instance {name} provides authentication. Do you want to proceed?"))
        {
            session.Terminal.Line("Unbind cancelled");
            return ExitCodes.Success;
        }

        var (verb, between) = binds ? ("Binding", "to") : ("Unbinding", "from");
        session.Terminal.Say($"{verb} route {address} {between} service instance {name} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        var instance = await session.Api.FindServiceInstanceAsync(name, target.Space.Guid, stop);
        var owner = await session.Api.FindDomainAsync(address.Domain, stop);
        var route = await session.Api.TryFindRouteAsync(owner, address.Host, address.Path, null, stop) ?? throw new NotFoundException(address.NotFoundText);
        if (binds) await BindAsync(session, address, name, route.Guid, instance.Guid, stop);
        else if (await session.Api.TryFindRouteBindingAsync(route.Guid, instance.Guid, stop) is { } binding) await session.Api.UnbindRouteAsync(binding.Guid, stop);
        else session.Terminal.Line($"Route {address} was not bound to service instance {name}.");
        session.Terminal.Ok();
        return ExitCodes.Success;
    }

    private static async Task BindAsync(Session session, RouteAddress address, string name, string route, string instance, CancellationToken stop)
    {
        try
        {
            await session.Api.BindRouteAsync(route, instance, stop);
        }
        catch (ApiException error) when (error.DetailContains("are already bound"))
        {
            session.Terminal.Line($"Route {address} is already bound to service instance {name}.");
        }
    }
}
