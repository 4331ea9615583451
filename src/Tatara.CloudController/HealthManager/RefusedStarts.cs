using Tatara.CloudController.Data;
using Tatara.CloudController.Instances;
using Tatara.Protocol;

namespace Tatara.CloudController.HealthManager;

/// <summary>A DEA turned out to have no room for an instance: it is placed again, and is no crash.</summary>
internal sealed class RefusedStarts(CloudControllerDbContext db, WaitingInstances waiting, RecentMessages recent)
{
    public async Task TakeBackAsync(DropletExited refusal, CancellationToken cancellationToken)
    {
        var id = "refusal " + refusal.Instance;
        if (recent.Has(id)) return;
        var workload = await Workload.ReadAsync(db, refusal.Droplet, cancellationToken);
        if (workload is null || workload.Process.Version != refusal.Version || refusal.Index < 0 || refusal.Index >= workload.Wanted) return;
        recent.Add(id);
        waiting.AddRefused(workload.Process, refusal.Index);
    }
}
