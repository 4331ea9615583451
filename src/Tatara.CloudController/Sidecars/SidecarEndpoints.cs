using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Sidecars;

/// <summary>Sidecars: of an app, beside a process, and each by itself. Instances get a change at their next start.</summary>
internal sealed class SidecarEndpoints(CloudControllerDbContext db, Access access, Pager pager, SidecarStore store)
{
    public async Task<IResult> ListOfAppAsync(ApiCall call)
    {
        var (app, _) = await access.AppOrFailAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        return Answer.Ok(await pager.ListAsync(db.Sidecars.AsNoTracking().Where(s => s.AppGuid == app.Guid), call.ReadListQuery(), SidecarResponse.Of, call.Cancelled));
    }

    public async Task<IResult> ListOfProcessAsync(ApiCall call)
    {
        var process = await FindProcessAsync(call);
        var beside = (await db.Sidecars.AsNoTracking().Where(s => s.AppGuid == process.AppGuid).OrderBy(s => s.Id).ToListAsync(call.Cancelled))
            .Where(s => s.ProcessTypes.Contains(process.Type)).Select(s => s.Guid).ToList();
        return Answer.Ok(await pager.ListAsync(db.Sidecars.AsNoTracking().Where(s => beside.Contains(s.Guid)), call.ReadListQuery(), SidecarResponse.Of, call.Cancelled));
    }

    public async Task<IResult> CreateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var request = SidecarRequest.Read(body, whole: true);
        body.ThrowIfInvalid();
        var (app, _) = await access.AppOrFailAsync(call.Guid, AccessLevel.Write, call.Cancelled);
        return Answer.Created(SidecarResponse.Of(await store.AddAsync(app.Guid, request, SidecarOrigins.User, call.Cancelled)));
    }

    public async Task<IResult> GetAsync(ApiCall call) => Answer.Ok(SidecarResponse.Of(await FindAsync(call, AccessLevel.Read)));

    public async Task<IResult> UpdateAsync(ApiCall call)
    {
        var body = await call.ReadBodyAsync();
        var request = SidecarRequest.Read(body, whole: false);
        body.ThrowIfInvalid();
        var sidecar = await FindAsync(call, AccessLevel.Write);
        await store.ChangeAsync(sidecar, request, call.Cancelled);
        return Answer.Ok(SidecarResponse.Of(sidecar));
    }

    public async Task<IResult> DeleteAsync(ApiCall call)
    {
        db.Sidecars.Remove(await FindAsync(call, AccessLevel.Write));
        await db.SaveChangesAsync(call.Cancelled);
        return Answer.NoContent();
    }

    private async Task<Sidecar> FindAsync(ApiCall call, AccessLevel wanted)
    {
        var sidecar = await db.Sidecars.SingleOrDefaultAsync(s => s.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Sidecar");
        await access.AppOrFailAsync(sidecar.AppGuid, wanted, call.Cancelled, "Sidecar");
        return sidecar;
    }

    private async Task<Process> FindProcessAsync(ApiCall call)
    {
        var byType = call.Http.Request.RouteValues.ContainsKey("type");
        var type = byType ? call.Path("type") : null;
        var process = await db.Processes.AsNoTracking().SingleOrDefaultAsync(p => byType ? p.AppGuid == call.Guid && p.Type == type : p.Guid == call.Guid, call.Cancelled)
            ?? throw ApiErrors.ResourceNotFound("Process");
        await access.AppOrFailAsync(process.AppGuid, AccessLevel.Read, call.Cancelled, "Process");
        return process;
    }
}
