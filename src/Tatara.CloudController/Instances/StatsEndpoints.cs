using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Instances;

/// <summary>…/processes/…/stats.</summary>
internal sealed class StatsEndpoints(CloudControllerDbContext db, Access access, StatsReader stats)
{
    public async Task<IResult> GetAsync(ApiCall call)
    {
        var process = await db.Processes.AsNoTracking().SingleOrDefaultAsync(p => p.Guid == call.Guid, call.Cancelled) ?? throw ApiErrors.ResourceNotFound("Process");
        var app = await db.Apps.AsNoTracking().SingleAsync(a => a.Guid == process.AppGuid, call.Cancelled);
        var space = await db.Spaces.AsNoTracking().SingleAsync(s => s.Guid == app.SpaceGuid, call.Cancelled);
        await access.RequireContentsAsync(space, AccessLevel.Read, "Process", call.Cancelled);
        return Answer.Ok(await stats.ReadAsync(process, app, call.Cancelled));
    }

    public async Task<IResult> GetOfAppAsync(ApiCall call)
    {
        var (app, _) = await access.AppOrFailAsync(call.Guid, AccessLevel.Read, call.Cancelled);
        var type = call.Path("type");
        var process = await db.Processes.AsNoTracking().SingleOrDefaultAsync(p => p.AppGuid == app.Guid && p.Type == type, call.Cancelled)
            ?? throw ApiErrors.ResourceNotFound("Process");
        return Answer.Ok(await stats.ReadAsync(process, app, call.Cancelled));
    }
}
