using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Apps;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Services;

/// <summary>Tells instances that their routes go through a route service, or no longer do.</summary>
internal sealed class BoundRoutes(CloudControllerDbContext db, IInstanceControl instances)
{
    /// <summary>Routes that are bound to a service instance now.</summary>
    public Task<List<string>> OfAsync(ServiceInstance instance, CancellationToken cancellationToken) =>
        db.RouteBindings.Where(b => b.ServiceInstanceGuid == instance.Guid).Select(b => b.RouteGuid).ToListAsync(cancellationToken);

    public async Task TellAsync(IReadOnlyList<string> routes, CancellationToken cancellationToken)
    {
        var apps = await db.RouteDestinations.Where(d => routes.Contains(d.RouteGuid)).Select(d => d.AppGuid).Distinct().ToListAsync(cancellationToken);
        foreach (var app in apps) await instances.RoutesChangedAsync(app, cancellationToken);
    }
}
