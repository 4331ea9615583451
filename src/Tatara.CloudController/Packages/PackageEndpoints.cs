using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Metadata;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Packages;

/// <summary>/v3/packages, apart from the upload.</summary>
internal sealed class PackageEndpoints(
    CloudControllerDbContext db, Access access, Pager pager, Links links, EventRecorder events, JobQueue jobs, IBlobstore blobs)
{
    private static readonly string[] s_filters = ["states", "types", "app_guids", "space_guids", "organization_guids", "label_selector"];

    public Task<IResult> ListAsync(ApiCall call)
    {
        var apps = access.VisibleApps();
        return ListAsync(call, db.Packages.Where(p => apps.Any(a => a.Guid == p.AppGuid)));
    }

    public async Task<IResult> ListOfAppAsync(ApiCall call)
    {
        await access.AppOrFailAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        var app = call.Guid;
        return await ListAsync(call, db.Packages.Where(p => p.AppGuid == app));
    }

    public async Task<IResult> GetAsync(ApiCall call) => Answer.Ok(Present((await FindAsync(call, AccessLevel.Read)).Package));

    public async Task<IResult> CreateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var type = body.OneOf("type", ["bits", "docker"], required: true);
        if (body.Object("data") is { } data && type == "bits") data.ThrowIfInvalid();
        var relationships = body.Object("relationships", required: true);
        var appGuid = relationships?.ToOne("app");
        var metadata = MetadataPatch.Read(body);
        body.ThrowIfInvalid();
        var (app, space) = await AppForPackageAsync(appGuid!, call.Cancelled);
        if (type != "bits") throw ApiErrors.Unprocessable("Cannot create Docker package for a buildpack app.");
        var package = new Package { AppGuid = app.Guid };
        metadata.ApplyTo(package);
        db.Packages.Add(package);
        events.Record("audit.app.package.create", app, space, new { package_guid = package.Guid, request = body.Raw });
        await db.SaveChangesAsync(call.Cancelled);
        return Answer.Created(Present(package));
    }

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var metadata = MetadataPatch.Read(body);
        body.ThrowIfInvalid();
        var (package, _, _) = await FindAsync(call, AccessLevel.Write);
        metadata.ApplyTo(package);
        await db.SaveChangesAsync(call.Cancelled);
        return Answer.Ok(Present(package));
    }

    public async Task<IResult> DeleteAsync(ApiCall call)
    {
        var (package, app, space) = await FindAsync(call, AccessLevel.Write);
        events.Record("audit.app.package.delete", app, space, new { package_guid = package.Guid });
        return jobs.Accepted(await jobs.EnqueueAsync(PackageDeleteJob.Operation, package.Guid, ("package", package.Guid), call.Cancelled));
    }

    public async Task<IResult> DownloadAsync(ApiCall call)
    {
        var (package, app, space) = await FindAsync(call, AccessLevel.Read);
        if (!await access.SeesSecretsOfSpaceAsync(space.Guid, call.Cancelled)) throw ApiErrors.NotAuthorized();
        if (package.State != PackageStates.Ready) throw ApiErrors.Unprocessable("Package has no bits to download.");
        var answer = await BlobDownload.ForUserAsync(blobs, BlobKeys.Package(package.Guid), "application/zip", package.Guid + ".zip", call.Cancelled)
            ?? throw ApiErrors.ResourceNotFound("Package bits");
        events.Record("audit.app.package.download", app, space, new { package_guid = package.Guid });
        await db.SaveChangesAsync(call.Cancelled);
        return answer;
    }

    private async Task<IResult> ListAsync(ApiCall call, IQueryable<Package> rows)
    {
        var query = call.ReadListQuery(s_filters);
        if (query.Values("states") is { } states) rows = rows.Where(p => states.Contains(p.State));
        if (query.Values("types") is { } types) rows = rows.Where(p => types.Contains(p.Type));
        if (query.Values("app_guids") is { } apps) rows = rows.Where(p => apps.Contains(p.AppGuid));
        if (query.Values("space_guids") is { } spaces) rows = rows.Where(p => db.Apps.Any(a => a.Guid == p.AppGuid && spaces.Contains(a.SpaceGuid)));
        if (query.Values("organization_guids") is { } organizations)
            rows = rows.Where(p => db.Apps.Any(a => a.Guid == p.AppGuid && db.Spaces.Any(s => s.Guid == a.SpaceGuid && organizations.Contains(s.OrganizationGuid))));
        return Answer.Ok(await pager.ListAsync(rows.AsNoTracking(), query, Present, call.Cancelled));
    }

    /// <summary>An app that may not be seen is not told apart from one that does not exist.</summary>
    private async Task<(App App, Space Space)> AppForPackageAsync(string guid, CancellationToken cancellationToken)
    {
        try
        {
            return await access.AppOrFailAsync(guid, AccessLevel.Write, cancellationToken);
        }
        catch (ApiException e) when (e.Errors[0].Status == StatusCodes.Status404NotFound)
        {
            throw ApiErrors.Unprocessable("App is invalid. Ensure it exists and you have access to it.");
        }
    }

    private Task<(Package Package, App App, Space Space)> FindAsync(ApiCall call, AccessLevel wanted) =>
        PackageAccess.FindAsync(db, access, call.Guid, wanted, call.Cancelled);

    private PackageResponse Present(Package package) => PackageResponse.Of(package, links);
}
