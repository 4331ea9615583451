using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Droplets;

/// <summary>Finds a droplet that the caller may use.</summary>
internal static class DropletAccess
{
    public static async Task<(Droplet Droplet, App App, Space Space)> FindAsync(
        CloudControllerDbContext db, Access access, string guid, AccessLevel wanted, CancellationToken cancellationToken)
    {
        var droplet = await db.Droplets.SingleOrDefaultAsync(d => d.Guid == guid, cancellationToken) ?? throw ApiErrors.ResourceNotFound("Droplet");
        var app = await db.Apps.SingleAsync(a => a.Guid == droplet.AppGuid, cancellationToken);
        var space = await db.Spaces.SingleAsync(s => s.Guid == app.SpaceGuid, cancellationToken);
        await access.RequireContentsAsync(space, wanted, "Droplet", cancellationToken);
        return (droplet, app, space);
    }
}
