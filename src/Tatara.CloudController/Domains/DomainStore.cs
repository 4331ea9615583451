using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Hosting;
using Tatara.CloudController.Roles;

namespace Tatara.CloudController.Domains;

/// <summary>Who may use which domain.</summary>
internal sealed class DomainStore(CloudControllerDbContext db, Access access, Links links)
{
    /// <summary>The domains that an organization can make routes of: shared ones, its own, and those shared with it.</summary>
    public IQueryable<Domain> UsableBy(string organizationGuid) => db.Domains.Where(d =>
        d.OrganizationGuid == null || d.OrganizationGuid == organizationGuid
        || db.DomainShares.Any(s => s.DomainGuid == d.Guid && s.OrganizationGuid == organizationGuid));

    public IQueryable<Domain> Visible()
    {
        if (access.SeesAll) return db.Domains;
        var organizations = access.VisibleOrganizations();
        return db.Domains.Where(d => d.OrganizationGuid == null || organizations.Contains(d.OrganizationGuid)
            || db.DomainShares.Any(s => s.DomainGuid == d.Guid && organizations.Contains(s.OrganizationGuid)));
    }

    /// <summary>The domain of routes that name none: the oldest shared one that is not internal.</summary>
    public Task<Domain?> DefaultOfAsync(string organizationGuid, CancellationToken cancellationToken) =>
        UsableBy(organizationGuid).Where(d => !d.Internal).OrderBy(d => d.OrganizationGuid != null).ThenBy(d => d.Id).FirstOrDefaultAsync(cancellationToken);

    public async Task<IReadOnlyList<object>> PresentAsync(IReadOnlyList<Domain> domains, CancellationToken cancellationToken)
    {
        var guids = domains.Select(d => d.Guid).ToList();
        var shares = (await db.DomainShares.AsNoTracking().Where(s => guids.Contains(s.DomainGuid)).ToListAsync(cancellationToken)).ToLookup(s => s.DomainGuid);
        return [.. domains.Select(d => DomainResponse.From(d, shares[d.Guid].Select(s => s.OrganizationGuid), links))];
    }

    public async Task<object> PresentAsync(Domain domain, CancellationToken cancellationToken) => (await PresentAsync([domain], cancellationToken))[0];
}

/// <summary>The first shared domain is the platform's own; with it comes Cloud Foundry's internal one, of names that apps reach each other by.</summary>
internal sealed class DomainSeed(CloudControllerDbContext db, CloudControllerOptions options) : ISeed
{
    private const string InternalName = "apps.internal";

    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        var name = options.Domain.ToLowerInvariant();
        if (await db.Domains.AnyAsync(d => d.Name == name, cancellationToken)) return;
        db.Domains.Add(new Domain { Name = name });
        if (!await db.Domains.AnyAsync(d => d.Name == InternalName, cancellationToken)) db.Domains.Add(new Domain { Name = InternalName, Internal = true });
        await db.SaveChangesAsync(cancellationToken);
    }
}
