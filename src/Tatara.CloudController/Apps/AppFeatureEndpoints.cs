using Microsoft.AspNetCore.Http;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Apps;

/// <summary>The switches of an app.</summary>
internal sealed class AppFeatureEndpoints(CloudControllerDbContext db, Access access, Pager pager)
{
    public async Task<IResult> ListAsync(ApiCall call)
    {
        var query = call.ReadListQuery();
        var (app, _) = await access.AppOrFailAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        return Answer.Ok(pager.Present(query, 2, [Ssh(app), Revisions(app)]));
    }

    public async Task<IResult> GetAsync(ApiCall call)
    {
        var (app, _) = await access.AppOrFailAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        return Answer.Ok(Present(app, call.Path("name")));
    }

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var enabled = body.Boolean("enabled");
        if (enabled is null && body.Errors.Count == 0) body.Fail("enabled", "must be a boolean");
        body.ThrowIfInvalid();
        var (app, _) = await access.AppOrFailAsync(call.Guid, AccessLevel.Write, call.Cancelled);
        switch (call.Path("name"))
        {
            case "ssh": app.SshEnabled = enabled!.Value; break;
            case "revisions": app.RevisionsEnabled = enabled!.Value; break;
            default: throw ApiErrors.ResourceNotFound("Feature");
        }
        await db.SaveChangesAsync(call.Cancelled);
        return Answer.Ok(Present(app, call.Path("name")));
    }

    public async Task<IResult> GetSshAsync(ApiCall call)
    {
        var (app, space) = await access.AppOrFailAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        var reason = !space.AllowSsh ? "Disabled for space" : app.SshEnabled ? "" : "Disabled for app";
        return Answer.Ok(new { Enabled = reason.Length == 0, Reason = reason });
    }

    private static object Present(App app, string name) => name switch
    {
        "ssh" => Ssh(app),
        "revisions" => Revisions(app),
        _ => throw ApiErrors.ResourceNotFound("Feature"),
    };

    private static object Ssh(App app) => new { Name = "ssh", Description = "Enable SSHing into the app.", Enabled = app.SshEnabled };

    private static object Revisions(App app) => new { Name = "revisions", Description = "Enable versioning of an application", Enabled = app.RevisionsEnabled };
}
