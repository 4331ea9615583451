using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Apps;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;

namespace Tatara.CloudController.Routes;

/// <summary>Maps routes to apps and tells the instances; shared by the API and manifests.</summary>
internal sealed class RouteMapper(CloudControllerDbContext db, EventRecorder events, IInstanceControl instances)
{
    private const int MaxDestinations = 100;

    /// <summary>Adds destinations; those that are there already stay as they are.</summary>
    public async Task AddAsync(Route route, Space space, IReadOnlyList<DestinationRequest> wanted, CancellationToken cancellationToken) =>
        await TellAsync(await AddUntoldAsync(route, space, wanted, cancellationToken), cancellationToken);

    /// <summary>The same inside a transaction: whoever ends it tells the instances.</summary>
    public async Task<IReadOnlyList<string>> AddUntoldAsync(Route route, Space space, IReadOnlyList<DestinationRequest> wanted, CancellationToken cancellationToken)
    {
        var existing = await ExistingAsync(route, cancellationToken);
        if (existing.Any(d => d.Weight is not null))
            throw ApiErrors.Unprocessable("Destinations cannot be inserted when there are weighted destinations already configured.");
        var missing = wanted.Where(w => !existing.Any(e => IsSame(e, w))).ToList();
        if (existing.Count + missing.Count > MaxDestinations) throw ApiErrors.Unprocessable("Routes can be mapped to at most 100 destinations.");
        return await ChangeAsync(route, space, missing, [], cancellationToken);
    }

    /// <summary>Takes all routes from an app, inside a transaction of the caller's.</summary>
    public async Task UnmapAsync(App app, Space space, CancellationToken cancellationToken)
    {
        var destinations = await db.RouteDestinations.Where(d => d.AppGuid == app.Guid).ToListAsync(cancellationToken);
        foreach (var group in destinations.GroupBy(d => d.RouteGuid))
        {
            var route = await db.Routes.SingleAsync(r => r.Guid == group.Key, cancellationToken);
            await ChangeAsync(route, space, [], [.. group], cancellationToken);
        }
    }

    public async Task ReplaceAsync(Route route, Space space, IReadOnlyList<DestinationRequest> wanted, CancellationToken cancellationToken)
    {
        var existing = await ExistingAsync(route, cancellationToken);
        foreach (var (old, now) in existing.Select(e => (e, wanted.FirstOrDefault(w => IsSame(e, w)))).Where(p => p.Item2 is not null))
            (old.Weight, old.Protocol) = (now!.Weight, DestinationRequest.ProtocolFor(route, now.Protocol));
        var missing = wanted.Where(w => !existing.Any(e => IsSame(e, w))).ToList();
        var surplus = existing.Where(e => !wanted.Any(w => IsSame(e, w))).ToList();
        await TellAsync(await ChangeAsync(route, space, missing, surplus, cancellationToken), cancellationToken);
    }

    public async Task RemoveAsync(Route route, Space space, RouteDestination destination, CancellationToken cancellationToken)
    {
        if (destination.Weight is not null) throw ApiErrors.Unprocessable("Weighted destinations cannot be deleted individually.");
        await TellAsync(await ChangeAsync(route, space, [], [destination], cancellationToken), cancellationToken);
    }

    /// <summary>Removes a route with its destinations.</summary>
    public async Task RemoveRouteAsync(Route route, CancellationToken cancellationToken)
    {
        var apps = (await ExistingAsync(route, cancellationToken)).Select(d => d.AppGuid).Distinct().ToList();
        db.Routes.Remove(route);
        await db.SaveChangesAsync(cancellationToken);
        await TellAsync(apps, cancellationToken);
    }

    /// <summary>Tells the instances of a route that it is served otherwise.</summary>
    public async Task TellAsync(Route route, CancellationToken cancellationToken) =>
        await TellAsync([.. (await ExistingAsync(route, cancellationToken)).Select(d => d.AppGuid).Distinct()], cancellationToken);

    public Task<List<RouteDestination>> ExistingAsync(Route route, CancellationToken cancellationToken) =>
        db.RouteDestinations.Where(d => d.RouteGuid == route.Guid).OrderBy(d => d.Id).ToListAsync(cancellationToken);

    private static bool IsSame(RouteDestination e, DestinationRequest w) => e.AppGuid == w.AppGuid && e.ProcessType == w.ProcessType && e.AppPort == w.Port;

    private async Task TellAsync(IReadOnlyList<string> apps, CancellationToken cancellationToken)
    {
        foreach (var app in apps) await instances.RoutesChangedAsync(app, cancellationToken);
    }

    private async Task<IReadOnlyList<string>> ChangeAsync(
        Route route, Space space, IReadOnlyList<DestinationRequest> add, IReadOnlyList<RouteDestination> remove, CancellationToken cancellationToken)
    {
        var guids = add.Select(a => a.AppGuid).Concat(remove.Select(r => r.AppGuid)).Distinct().ToList();
        var apps = await db.Apps.Where(a => guids.Contains(a.Guid)).ToDictionaryAsync(a => a.Guid, cancellationToken);
        foreach (var destination in add)
        {
            if (!apps.TryGetValue(destination.AppGuid, out var app) || app.SpaceGuid != space.Guid)
                throw ApiErrors.Unprocessable($"App(s) with guid(s) \"{destination.AppGuid}\" do not exist or you do not have access.");
            var protocol = DestinationRequest.ProtocolFor(route, destination.Protocol);
            db.RouteDestinations.Add(new RouteDestination
            {
                RouteGuid = route.Guid, AppGuid = app.Guid, ProcessType = destination.ProcessType, AppPort = destination.Port,
                Weight = destination.Weight, Protocol = protocol,
            });
            events.Record("audit.app.map-route", app, space, new { RouteGuid = route.Guid, AppPort = destination.Port, destination.ProcessType, destination.Weight, Protocol = protocol });
        }
        foreach (var destination in remove)
        {
            db.RouteDestinations.Remove(destination);
            if (apps.TryGetValue(destination.AppGuid, out var app))
                events.Record("audit.app.unmap-route", app, space, new { RouteGuid = route.Guid, destination.AppPort, destination.ProcessType, destination.Weight, destination.Protocol });
        }
        await db.SaveChangesAsync(cancellationToken);
        return guids;
    }
}
