using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Auth;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Roles;

/// <summary>How far a caller may go with a thing.</summary>
internal enum AccessLevel
{
    /// <summary>May not even know of it.</summary>
    None,

    /// <summary>May look.</summary>
    Read,

    /// <summary>May change it.</summary>
    Write,
}

/// <summary>
/// What the caller may see and change. Missing and forbidden stay apart in <see cref="AccessLevel"/>; the methods that
/// end in "OrFail" make HTTP answers of them: 404 for what may not be seen, 403 for what may not be changed.
/// </summary>
internal sealed class Access(CloudControllerDbContext db, CallerHolder holder)
{
    private static readonly string[] s_spaceWriters = [RoleTypes.SpaceDeveloper];
    private static readonly string[] s_spaceManagers = [RoleTypes.SpaceManager];

    private Caller Caller => holder.Current ?? throw ApiErrors.NotAuthenticated();

    public bool SeesAll => Caller.SeesAll;

    public bool IsAdmin => Caller.IsAdmin;

    /// <summary>Guids of the organizations that the caller may see: any role in them or in a space of theirs.</summary>
    public IQueryable<string> VisibleOrganizations()
    {
        if (SeesAll) return db.Organizations.Select(o => o.Guid);
        var user = Caller.Guid;
        return db.Organizations
            .Where(o => db.Roles.Any(r => r.UserGuid == user
                && (r.OrganizationGuid == o.Guid || db.Spaces.Any(s => s.Guid == r.SpaceGuid && s.OrganizationGuid == o.Guid))))
            .Select(o => o.Guid);
    }

    /// <summary>Guids of the organizations that the caller manages or audits.</summary>
    public IQueryable<string> ManagedOrganizations()
    {
        var user = Caller.Guid;
        return db.Roles
            .Where(r => r.UserGuid == user && r.OrganizationGuid != null && (r.Type == RoleTypes.OrganizationManager || r.Type == RoleTypes.OrganizationAuditor))
            .Select(r => r.OrganizationGuid!);
    }

    /// <summary>Guids of the spaces whose contents the caller may see: any role in them, or manager of their organization.</summary>
    public IQueryable<string> VisibleSpaces()
    {
        if (SeesAll) return db.Spaces.Select(s => s.Guid);
        var user = Caller.Guid;
        return db.Spaces
            .Where(s => db.Roles.Any(r => r.UserGuid == user
                && (r.SpaceGuid == s.Guid || (r.OrganizationGuid == s.OrganizationGuid && r.Type == RoleTypes.OrganizationManager))))
            .Select(s => s.Guid);
    }

    // Those who see all are spared the list of spaces: it is what a list of 10,000 apps would cost most.

    /// <summary>The apps that the caller may see.</summary>
    public IQueryable<App> VisibleApps()
    {
        var spaces = VisibleSpaces();
        return SeesAll ? db.Apps : db.Apps.Where(a => spaces.Contains(a.SpaceGuid));
    }

    /// <summary>The processes of those apps.</summary>
    public IQueryable<Process> VisibleProcesses()
    {
        var apps = VisibleApps();
        return SeesAll ? db.Processes : db.Processes.Where(p => apps.Any(a => a.Guid == p.AppGuid));
    }

    /// <summary>The routes that the caller may see.</summary>
    public IQueryable<Route> VisibleRoutes()
    {
        var spaces = VisibleSpaces();
        return SeesAll ? db.Routes : db.Routes.Where(r => spaces.Contains(r.SpaceGuid));
    }

    /// <summary>What the caller may do with apps, routes and the like of a space: developers change them.</summary>
    public Task<AccessLevel> ToSpaceContentsAsync(string spaceGuid, CancellationToken cancellationToken) =>
        ToSpaceAsync(spaceGuid, s_spaceWriters, organizationManagerWrites: false, cancellationToken);

    /// <summary>What the caller may do with a space itself: its managers and the organization's change it.</summary>
    public Task<AccessLevel> ToSpaceAsync(string spaceGuid, CancellationToken cancellationToken) =>
        ToSpaceAsync(spaceGuid, s_spaceManagers, organizationManagerWrites: true, cancellationToken);

    public async Task<AccessLevel> ToOrganizationAsync(string organizationGuid, CancellationToken cancellationToken)
    {
        if (IsAdmin) return AccessLevel.Write;
        var user = Caller.Guid;
        if (await db.Roles.AnyAsync(r => r.UserGuid == user && r.OrganizationGuid == organizationGuid && r.Type == RoleTypes.OrganizationManager, cancellationToken))
            return AccessLevel.Write;
        return SeesAll || await VisibleOrganizations().AnyAsync(g => g == organizationGuid, cancellationToken) ? AccessLevel.Read : AccessLevel.None;
    }

    /// <summary>Environment variables are secrets: auditors and organization managers see an app, but not these.</summary>
    public async Task<bool> SeesSecretsOfSpaceAsync(string spaceGuid, CancellationToken cancellationToken)
    {
        if (Caller.SeesSecrets) return true;
        var user = Caller.Guid;
        return await db.Roles.AnyAsync(
            r => r.UserGuid == user && r.SpaceGuid == spaceGuid && (r.Type == RoleTypes.SpaceDeveloper || r.Type == RoleTypes.SpaceSupporter), cancellationToken);
    }

    /// <summary>The app with its space, when the caller may do this with it.</summary>
    /// <param name="what">What the caller looked for: the app itself or something of it.</param>
    public async Task<(App App, Space Space)> AppOrFailAsync(string guid, AccessLevel wanted, CancellationToken cancellationToken, string what = "App")
    {
        var app = await db.Apps.SingleOrDefaultAsync(a => a.Guid == guid, cancellationToken) ?? throw ApiErrors.ResourceNotFound(what);
        var space = await db.Spaces.SingleAsync(s => s.Guid == app.SpaceGuid, cancellationToken);
        await RequireContentsAsync(space, wanted, what, cancellationToken);
        if (wanted == AccessLevel.Write && app.Deleting) throw ApiErrors.ResourceBeingDeleted("app");
        return (app, space);
    }

    /// <summary>Refuses what the caller may not do with the contents of a space.</summary>
    /// <param name="what">How the thing is called when it may not be seen: "App".</param>
    public async Task RequireContentsAsync(Space space, AccessLevel wanted, string what, CancellationToken cancellationToken)
    {
        Require(await ToSpaceContentsAsync(space.Guid, cancellationToken), wanted, what);
        if (wanted == AccessLevel.Write) await RequireActiveAsync(space.OrganizationGuid, cancellationToken);
    }

    public static void Require(AccessLevel granted, AccessLevel wanted, string what)
    {
        if (granted == AccessLevel.None) throw ApiErrors.ResourceNotFound(what);
        if (granted < wanted) throw ApiErrors.NotAuthorized();
    }

    public void RequireAdmin()
    {
        if (!IsAdmin) throw ApiErrors.NotAuthorized();
    }

    /// <summary>Nobody but administrators changes anything in a suspended organization.</summary>
    public async Task RequireActiveAsync(string organizationGuid, CancellationToken cancellationToken)
    {
        if (!IsAdmin && await db.Organizations.AnyAsync(o => o.Guid == organizationGuid && o.Suspended, cancellationToken))
            throw ApiErrors.OrganizationSuspended();
    }

    private async Task<AccessLevel> ToSpaceAsync(
        string spaceGuid, string[] writers, bool organizationManagerWrites, CancellationToken cancellationToken)
    {
        if (IsAdmin) return AccessLevel.Write;
        var user = Caller.Guid;
        if (await db.Roles.AnyAsync(r => r.UserGuid == user && r.SpaceGuid == spaceGuid && writers.Contains(r.Type), cancellationToken)) return AccessLevel.Write;
        if (!await VisibleSpaces().AnyAsync(g => g == spaceGuid, cancellationToken)) return AccessLevel.None;
        if (!organizationManagerWrites) return AccessLevel.Read;
        var manages = await db.Roles.AnyAsync(
            r => r.UserGuid == user && r.Type == RoleTypes.OrganizationManager
                && db.Spaces.Any(s => s.Guid == spaceGuid && s.OrganizationGuid == r.OrganizationGuid),
            cancellationToken);
        return manages ? AccessLevel.Write : AccessLevel.Read;
    }
}
