using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Packages;

/// <summary>Finds a package that the caller may use.</summary>
internal static class PackageAccess
{
    public static async Task<(Package Package, App App, Space Space)> FindAsync(
        CloudControllerDbContext db, Access access, string guid, AccessLevel wanted, CancellationToken cancellationToken)
    {
        var package = await db.Packages.SingleOrDefaultAsync(p => p.Guid == guid, cancellationToken) ?? throw ApiErrors.ResourceNotFound("Package");
        var app = await db.Apps.SingleAsync(a => a.Guid == package.AppGuid, cancellationToken);
        var space = await db.Spaces.SingleAsync(s => s.Guid == app.SpaceGuid, cancellationToken);
        await access.RequireContentsAsync(space, wanted, "Package", cancellationToken);
        return (package, app, space);
    }
}
