using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Routes;
using Tatara.Protocol;

namespace Tatara.CloudController.Instances;

/// <summary>How the processes of an app are reached.</summary>
internal sealed class RouteUris
{
    private readonly ILookup<string, ProcessRoute> _byType;

    private RouteUris(IEnumerable<ProcessRoute> routes) => _byType = routes.ToLookup(r => r.ProcessType, StringComparer.Ordinal);

    /// <summary>What staging is told, which knows no processes yet.</summary>
    public IReadOnlyList<string> Shown => [.. _byType.SelectMany(t => t).Where(r => !r.Internal).Select(r => r.Uri).Distinct()];

    public ProcessRoutes Of(string processType)
    {
        var routes = _byType[processType].ToList();
        return new ProcessRoutes(
            Distinct(routes.Where(r => r is { Internal: false, Tcp: null })),
            Distinct(routes.Where(r => r.Internal)),
            [.. routes.Select(r => r.Tcp).OfType<TcpRoute>().Distinct()],
            Distinct(routes.Where(r => !r.Internal)),
            routes.Where(r => r is { Internal: false, Tcp: null, Service: not null }).DistinctBy(r => r.Uri).ToDictionary(r => r.Uri, r => r.Service!),
            Distinct(routes.Where(r => r is { Internal: false, Tcp: null, Protocol: "http2" })),
            routes.Where(r => r is { Internal: false, Tcp: null, Balancing: not null }).DistinctBy(r => r.Uri).ToDictionary(r => r.Uri, r => r.Balancing!));

        static List<string> Distinct(IEnumerable<ProcessRoute> routes) => [.. routes.Select(r => r.Uri).Distinct()];
    }

    public static async Task<RouteUris> ReadAsync(CloudControllerDbContext db, string appGuid, CancellationToken cancellationToken) =>
        (await ReadManyAsync(db, [appGuid], cancellationToken))[appGuid];

    /// <summary>By the guids of all the apps that are asked for.</summary>
    public static async Task<IReadOnlyDictionary<string, RouteUris>> ReadManyAsync(
        CloudControllerDbContext db, IReadOnlyCollection<string> appGuids, CancellationToken cancellationToken)
    {
        var rows = await (
            from destination in db.RouteDestinations.AsNoTracking()
            where appGuids.Contains(destination.AppGuid)
            join route in db.Routes on destination.RouteGuid equals route.Guid
            join domain in db.Domains on route.DomainGuid equals domain.Guid
            orderby route.Id
            select new { destination.AppGuid, destination.ProcessType, destination.Protocol, Route = route, domain.Name, domain.Internal }).ToListAsync(cancellationToken);
        var guids = rows.Select(r => r.Route.Guid).Distinct().ToList();
        var services = await (
            from binding in db.RouteBindings.AsNoTracking()
            where guids.Contains(binding.RouteGuid)
            join instance in db.ServiceInstances on binding.ServiceInstanceGuid equals instance.Guid
            where instance.RouteServiceUrl != null
            select new { binding.RouteGuid, instance.RouteServiceUrl }).ToDictionaryAsync(b => b.RouteGuid, b => b.RouteServiceUrl!, cancellationToken);
        var routes = rows.ToLookup(r => r.AppGuid, StringComparer.Ordinal);
        return appGuids.ToDictionary(app => app, app => new RouteUris(routes[app].Select(r => new ProcessRoute(
            r.ProcessType, AppUris.Of(r.Route, r.Name), r.Internal, r.Route.RouterGroupGuid is { } group ? new TcpRoute(group, r.Route.Port) : null,
            services.GetValueOrDefault(r.Route.Guid), r.Protocol, r.Route.LoadBalancing))));
    }

    private sealed record ProcessRoute(string ProcessType, string Uri, bool Internal, TcpRoute? Tcp, string? Service, string Protocol, string? Balancing);
}

/// <summary>How the processes of one type are reached.</summary>
/// <param name="Uris">Host names, with paths, that routers send to them.</param>
/// <param name="InternalNames">Names of internal domains, which lead other apps straight to their containers.</param>
/// <param name="Tcp">Ports that routers send to them.</param>
/// <param name="Shown">What VCAP_APPLICATION says: uris, and TCP routes as "domain:port".</param>
/// <param name="Services">Which of the uris go through a route service, and its URL.</param>
/// <param name="Http2">Which of the uris are served by HTTP/2.</param>
/// <param name="Balancing">How the requests of uris are spread that have a say in it.</param>
internal sealed record ProcessRoutes(
    IReadOnlyList<string> Uris, IReadOnlyList<string> InternalNames, IReadOnlyList<TcpRoute> Tcp, IReadOnlyList<string> Shown, IReadOnlyDictionary<string, string> Services,
    IReadOnlyList<string> Http2, IReadOnlyDictionary<string, string> Balancing);
