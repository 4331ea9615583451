using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Environments;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Events;
using Tatara.CloudController.FeatureFlags;
using Tatara.CloudController.Instances;
using Tatara.CloudController.Processes;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Apps;

/// <summary>What an app finds in its environment. Secrets: seeing the app is not enough.</summary>
internal sealed class AppEnvironmentEndpoints(
    CloudControllerDbContext db, Access access, Links links, EventRecorder events, FeatureFlagStore flags, AppStore store)
{
    public async Task<IResult> GetVariablesAsync(ApiCall call)
    {
        var (app, _) = await ReadableAsync(call);
        return Answer.Ok(Present(app));
    }

    public async Task<IResult> UpdateVariablesAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var changes = EnvironmentRequest.Read(body, "var", required: true);
        body.ThrowIfInvalid();
        var (app, space) = await access.AppOrFailAsync(call.Guid, AccessLevel.Write, call.Cancelled);
        app.EnvironmentVariables = EnvironmentRequest.Merge(app.EnvironmentVariables, changes);
        events.Record("audit.app.update", app, space, new { Request = new { EnvironmentVariables = Redaction.Hidden } });
        await db.SaveChangesAsync(call.Cancelled);
        await store.LogAsync(app, $"Updated app with guid {app.Guid} ({{\"environment_variables\":\"{Redaction.Hidden}\"}})", call.Cancelled);
        return Answer.Ok(Present(app));
    }

    public async Task<IResult> GetAllAsync(ApiCall call)
    {
        var (app, _) = await ReadableAsync(call);
        var surroundings = await AppSurroundings.ReadAsync(db, app, EnvironmentGroups.Running, call.Cancelled);
        var process = await db.Processes.AsNoTracking().SingleOrDefaultAsync(p => p.AppGuid == app.Guid && p.Type == ProcessFactory.Web, call.Cancelled)
            ?? ProcessFactory.Create(app, ProcessFactory.Web, store.Options);
        var uris = (await RouteUris.ReadAsync(db, app.Guid, call.Cancelled)).Of(ProcessFactory.Web).Shown;
        var limits = new VcapLimits(StartMessages.FileDescriptors, process.MemoryMb, process.DiskMb);
        return Answer.Ok(new Dictionary<string, object>
        {
            ["staging_env_json"] = await db.VariablesAsync(EnvironmentGroups.Staging, call.Cancelled),
            ["running_env_json"] = surroundings.GroupVariables,
            ["environment_variables"] = app.EnvironmentVariables,
            ["system_env_json"] = new Dictionary<string, object> { ["VCAP_SERVICES"] = new Dictionary<string, object>() },
            ["application_env_json"] = new Dictionary<string, object>
            {
                ["VCAP_APPLICATION"] = VcapApplication.Of(surroundings, uris, process.Version, limits, links.ApiUrl, (process.Guid, process.Type)),
            },
        });
    }

    public async Task<IResult> GetPermissionsAsync(ApiCall call)
    {
        var (_, space) = await access.AppOrFailAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        return Answer.Ok(new { ReadBasicData = true, ReadSensitiveData = await access.SeesSecretsOfSpaceAsync(space.Guid, call.Cancelled) });
    }

    private async Task<(App App, Space Space)> ReadableAsync(ApiCall call)
    {
        var (app, space) = await access.AppOrFailAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        if (!await access.SeesSecretsOfSpaceAsync(space.Guid, call.Cancelled)) throw ApiErrors.NotAuthorized();
        foreach (var flag in access.IsAdmin ? [] : new[] { "env_var_visibility", "space_developer_env_var_visibility" })
            if (!await flags.IsEnabledAsync(flag, call.Cancelled)) throw ApiErrors.FeatureDisabled(flag);
        return (app, space);
    }

    private object Present(App app) => new
    {
        Var = app.EnvironmentVariables,
        Links = new { Self = links.To($"/v3/apps/{app.Guid}/environment_variables"), App = links.To($"/v3/apps/{app.Guid}") },
    };
}
