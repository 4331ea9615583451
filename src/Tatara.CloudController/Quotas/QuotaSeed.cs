using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.CloudController.Hosting;

namespace Tatara.CloudController.Quotas;

/// <summary>The quota of new organizations.</summary>
internal sealed class QuotaSeed(CloudControllerDbContext db, CloudControllerOptions options) : ISeed
{
    public const string DefaultName = "default";

    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        if (await db.OrganizationQuotas.AnyAsync(q => q.Name == DefaultName, cancellationToken)) return;
        db.OrganizationQuotas.Add(new OrganizationQuota { Name = DefaultName, TotalMemoryMb = options.DefaultQuotaMemoryMb, TotalRoutes = 1000 });
        await db.SaveChangesAsync(cancellationToken);
    }
}
