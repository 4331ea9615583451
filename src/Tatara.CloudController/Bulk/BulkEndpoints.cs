using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.Protocol;

namespace Tatara.CloudController.Bulk;

/// <summary>GET /bulk/apps: the desired state of every process, page by page, for the Health Manager.</summary>
internal sealed class BulkEndpoints(CloudControllerDbContext db, BulkAccess access)
{
    private const int DefaultBatch = 200;
    private const int MaxBatch = 5000;

    public async Task<IResult> GetAsync(ApiCall call)
    {
        access.Require(call.Http.Request);
        var (after, size) = ReadPosition(call.Http.Request.Query);
        var rows = await (
            from process in db.Processes.AsNoTracking()
            where process.Id > after
            join app in db.Apps on process.AppGuid equals app.Guid
            join droplet in db.Droplets on app.CurrentDropletGuid equals droplet.Guid into droplets
            from droplet in droplets.DefaultIfEmpty()
            orderby process.Id
            select new
            {
                process.Id, process.Guid, process.Version, process.Instances, process.UpdatedAt,
                app.DesiredState, app.Deleting, Droplet = droplet == null ? null : droplet.State,
            }).Take(size).ToListAsync(call.Cancelled);
        var results = rows.ToDictionary(r => r.Guid, r => new DesiredApp(
            r.Guid, r.Version, r.Instances, r.Deleting ? AppStates.Stopped : r.DesiredState, PackageState(r.Droplet), r.UpdatedAt));
        return new BulkAnswer(new BulkAppsPage(results, new BulkToken(rows.Count == 0 ? after : rows[^1].Id)));
    }

    /// <summary>GET /bulk/route_hosts: the host name of every route that leads to an app, for whoever makes names resolve.</summary>
    public async Task<IResult> GetRouteHostsAsync(ApiCall call)
    {
        access.Require(call.Http.Request);
        var names = await (
            from route in db.Routes.AsNoTracking()
            where db.RouteDestinations.Any(destination => destination.RouteGuid == route.Guid)
            join domain in db.Domains on route.DomainGuid equals domain.Guid
            where !domain.Internal
            select new { route.Host, domain.Name }).Distinct().ToListAsync(call.Cancelled);
        return Results.Text(JsonSerializer.Serialize(names.Select(n => n.Host.Length == 0 ? n.Name : $"{n.Host}.{n.Name}")), "application/json");
    }

    private static string PackageState(string? droplet) => droplet switch
    {
        DropletStates.Staged => "STAGED",
        DropletStates.Failed => "FAILED",
        _ => "PENDING",
    };

    private static (long After, int Size) ReadPosition(IQueryCollection query)
    {
        var size = DefaultBatch;
        if (query.TryGetValue("batch_size", out var text)
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size) || size is < 1 or > MaxBatch))
            throw ApiErrors.BadQueryParameter($"batch_size must be between 1 and {MaxBatch}");
        if (!query.TryGetValue("bulk_token", out var token)) return (0, size);
        try
        {
            return (JsonSerializer.Deserialize(token.ToString(), ProtocolJson.Default.BulkToken)?.Id ?? 0, size);
        }
        catch (JsonException)
        {
            throw ApiErrors.BadQueryParameter("bulk_token must be like {\"id\":0}");
        }
    }

    /// <summary>The page is a message of the protocol, so it is written as one.</summary>
    private sealed class BulkAnswer(BulkAppsPage page) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.ContentType = "application/json; charset=utf-8";
            return JsonSerializer.SerializeAsync(httpContext.Response.Body, page, ProtocolJson.Default.BulkAppsPage, httpContext.RequestAborted);
        }
    }
}
