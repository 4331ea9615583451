using Microsoft.AspNetCore.Http;
using Tatara.CloudController.Api;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.BuildpackCaches;

/// <summary>POST …/actions/clear_buildpack_cache: what buildpacks kept from earlier stagings goes, of one app or of all.</summary>
internal sealed class BuildpackCacheEndpoints(Access access, JobQueue jobs)
{
    public async Task<IResult> ClearAsync(ApiCall call)
    {
        var (app, _) = await access.AppOrFailAsync(call.Guid, AccessLevel.Write, call.Cancelled);
        var clearing = new BuildpackCachesToClear(app.Guid);
        return jobs.Accepted(await jobs.EnqueueAsync(BuildpackCacheClearing.Operation, clearing, ("app", app.Guid), call.Cancelled));
    }

    public async Task<IResult> ClearAllAsync(ApiCall call)
    {
        access.RequireAdmin();
        return jobs.Accepted(await jobs.EnqueueAsync(BuildpackCacheClearing.Operation, new BuildpackCachesToClear(null), null, call.Cancelled));
    }
}
