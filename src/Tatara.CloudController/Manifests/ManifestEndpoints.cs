using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Manifests;

internal sealed class ManifestEndpoints(CloudControllerDbContext db, Access access, JobQueue jobs, CloudControllerOptions options)
{
    public async Task<IResult> ApplyAsync(ApiCall call)
    {
        var (space, yaml) = await ReadAsync(call);
        ManifestReader.Read(yaml);
        var job = await jobs.EnqueueAsync("space.apply_manifest", new ManifestPayload(space.Guid, yaml), ("space", space.Guid), call.Cancelled);
        return jobs.Accepted(job);
    }

    public async Task<IResult> DiffAsync(ApiCall call)
    {
        var (space, yaml) = await ReadAsync(call);
        var diff = new List<DiffStep>();
        foreach (var (index, manifest) in ManifestReader.Read(yaml).Index())
        {
            var app = await db.Apps.AsNoTracking().SingleOrDefaultAsync(a => a.SpaceGuid == space.Guid && a.Name == manifest.Name, call.Cancelled);
            diff.AddRange(ManifestDiff.Of(index, manifest, app is null ? null : await AppManifest.OfAsync(app, db, call.Cancelled), options.StackAliases));
        }
        return Answer.Created(new { Diff = diff });
    }

    public async Task<IResult> GetAsync(ApiCall call)
    {
        var (app, space) = await access.AppOrFailAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        if (!await access.SeesSecretsOfSpaceAsync(space.Guid, call.Cancelled)) throw ApiErrors.NotAuthorized();
        var manifest = await AppManifest.OfAsync(app, db, call.Cancelled);
        return Results.Text(ManifestWriter.Write(manifest), "application/x-yaml", Encoding.UTF8);
    }

    private async Task<(Space Space, string Yaml)> ReadAsync(ApiCall call)
    {
        var space = await db.Spaces.SingleOrDefaultAsync(s => s.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Space");
        await access.RequireContentsAsync(space, AccessLevel.Write, "Space", call.Cancelled);
        if (!(call.Http.Request.ContentType ?? "").Contains("yaml", StringComparison.OrdinalIgnoreCase)) throw ApiErrors.BadRequest("Content-Type must be yaml");
        using var buffer = new MemoryStream();
        await call.Http.Request.Body.CopyToAsync(buffer, call.Cancelled);
        if (buffer.Length > ManifestYaml.MaxBytes) throw ApiErrors.BadRequest("Manifest size is too large. The maximum supported size is 1MB.");
        try
        {
            return (space, new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        }
        catch (DecoderFallbackException)
        {
            throw ApiErrors.MessageParseError("Invalid UTF-8 encoding in YAML data");
        }
    }
}

internal static class ManifestFeature
{
    public static void AddManifests(this IServiceCollection services) => services
        .AddScoped<ManifestApplier>()
        .AddScoped<ManifestRouteApplier>()
        .AddEndpoints<ManifestEndpoints>()
        .AddJobHandler<ManifestJob>("space.apply_manifest");

    public static void MapManifests(this IEndpointRouteBuilder routes) => routes.Endpoints<ManifestEndpoints>()
        .Post("/v3/spaces/{guid}/actions/apply_manifest", (e, call) => e.ApplyAsync(call))
        .Post("/v3/spaces/{guid}/manifest_diff", (e, call) => e.DiffAsync(call))
        .Get("/v3/apps/{guid}/manifest", (e, call) => e.GetAsync(call));
}
