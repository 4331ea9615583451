using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Apps;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.Processes;
using Tatara.CloudController.Quotas;
using Tatara.CloudController.Sidecars;

namespace Tatara.CloudController.Manifests;

/// <summary>
/// Makes a space look as a manifest says, in the transaction of its caller. Returns the apps that changed, whose
/// instances have to be told once the transaction has held.
/// </summary>
internal sealed class ManifestApplier(
    CloudControllerDbContext db, AppStore store, ProcessChanges changes, QuotaGuard quotas, ManifestRouteApplier routes, SidecarStore sidecars, EventRecorder events)
{
    public async Task<App> ApplyAsync(ManifestApp manifest, Space space, CancellationToken cancellationToken)
    {
        try
        {
            return await ApplyOneAsync(manifest, space, cancellationToken);
        }
        catch (ApiException e) when (e.Errors[0].Status is >= 400 and < 500)
        {
            throw new ApiException([.. e.Errors.Select(error => error with { Detail = $"For application '{manifest.Name}': {error.Detail}" })]);
        }
    }

    private async Task<App> ApplyOneAsync(ManifestApp manifest, Space space, CancellationToken cancellationToken)
    {
        if (manifest.Services.Count > 0) throw ApiErrors.ResourceNotFound($"Service instance '{manifest.Services[0]}'");
        var app = await FindOrCreateAsync(manifest, space, cancellationToken);
        if (app.Deleting) throw ApiErrors.ResourceBeingDeleted("app");

        if (manifest.Buildpacks is not null || manifest.Stack is not null)
            await new LifecycleRequest(manifest.Buildpacks, manifest.Stack is not null, manifest.Stack).ApplyToAsync(app, db, store.Options, cancellationToken);
        app.EnvironmentVariables = EnvironmentRequest.Merge(app.EnvironmentVariables, manifest.Environment);
        app.SshEnabled = manifest.SshEnabled ?? app.SshEnabled;
        app.RevisionsEnabled = manifest.RevisionsEnabled ?? app.RevisionsEnabled;
        manifest.Metadata.ApplyTo(app);
        events.Record("audit.app.apply_manifest", app, space, new { Request = new { Manifest = Shown(manifest) } });
        await db.SaveChangesAsync(cancellationToken);

        await ApplyProcessesAsync(manifest, app, space, cancellationToken);
        await routes.ApplyAsync(manifest.Routes, app, space, cancellationToken);
        return app;
    }

    private async Task<App> FindOrCreateAsync(ManifestApp manifest, Space space, CancellationToken cancellationToken)
    {
        if (await db.Apps.SingleOrDefaultAsync(a => a.SpaceGuid == space.Guid && a.Name == manifest.Name, cancellationToken) is { } existing) return existing;
        var app = store.Add(manifest.Name, space);
        events.Record("audit.app.create", app, space, new { ManifestTriggered = true, Request = new { app.Name } });
        await db.SaveUniqueAsync(() => AppStore.NameTaken(manifest.Name), cancellationToken);
        return app;
    }

    private async Task ApplyProcessesAsync(ManifestApp manifest, App app, Space space, CancellationToken cancellationToken)
    {
        var processes = await db.Processes.Where(p => p.AppGuid == app.Guid).ToListAsync(cancellationToken);
        foreach (var (type, patch) in manifest.Processes)
        {
            var process = processes.Find(p => p.Type == type);
            if (process is null)
            {
                process = ProcessFactory.Create(app, type, store.Options);
                db.Processes.Add(process);
                processes.Add(process);
            }
            // A push restarts the app afterwards; a new version now would replace its instances before there is a new droplet.
            changes.Apply(process, patch, started: false);
        }
        if (app.DesiredState == AppStates.Started) await quotas.CheckStartedAsync(app.Guid, space, processes, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        foreach (var sidecar in manifest.Sidecars)
        {
            if (await sidecars.FindAsync(app.Guid, sidecar.Name!, cancellationToken) is { } existing) await sidecars.ChangeAsync(existing, sidecar, cancellationToken);
            else await sidecars.AddAsync(app.Guid, sidecar, SidecarOrigins.User, cancellationToken);
        }
    }

    private static JsonObject Shown(ManifestApp manifest)
    {
        var source = manifest.Source.ToJson().AsObject();
        if (source.ContainsKey("env")) source["env"] = Redaction.Hidden;
        if (source.ContainsKey("buildpack")) source["buildpack"] = BuildpackNames.HideCredentials(source["buildpack"]?.ToString() ?? "");
        Redaction.HideLogins(source["buildpacks"]);
        return source;
    }
}
