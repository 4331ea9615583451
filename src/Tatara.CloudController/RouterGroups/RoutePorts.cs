using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.RouterGroups;

/// <summary>Chooses the ports of TCP routes. Within a router group a port belongs to one route, whatever its domain.</summary>
internal sealed class RoutePorts(CloudControllerDbContext db, CloudControllerOptions options)
{
    /// <summary>The domain's group, null when its routes are host names.</summary>
    public RouterGroup? GroupOf(Domain domain)
    {
        if (domain.RouterGroupGuid is not { } guid) return null;
        return options.RouterGroups.FirstOrDefault(g => g.Id == guid)
            ?? throw ApiErrors.Unprocessable("Route could not be created because the specified domain does not have a valid router group.");
    }

    /// <summary>The port that was asked for, or any free one; within the transaction that saves it.</summary>
    /// <param name="taken">What to say when the domain has a route of this port already.</param>
    public async Task<int> ChooseAsync(RouterGroup group, Domain domain, int? wanted, Func<string> taken, CancellationToken cancellationToken)
    {
        var used = await db.Routes.AsNoTracking().Where(r => r.RouterGroupGuid == group.Id).Select(r => new { r.Port, r.DomainGuid }).ToListAsync(cancellationToken);
        if (wanted is not { } port)
        {
            var free = group.Ports.All.Except(used.Select(u => u.Port)).ToArray();
            return free.Length > 0 ? free[RandomNumberGenerator.GetInt32(free.Length)] : throw ApiErrors.Unprocessable("There are no more ports available for this domain.");
        }
        if (!group.Ports.Contains(port)) throw NotAvailable(port);
        if (used.FirstOrDefault(u => u.Port == port) is not { } owner) return port;
        throw owner.DomainGuid == domain.Guid ? ApiErrors.Unprocessable(taken()) : NotAvailable(port);
    }

    private static ApiException NotAvailable(int port) =>
        ApiErrors.Unprocessable($"Port '{port}' is not available. Try a different port or use a different domain.");
}
