using Microsoft.EntityFrameworkCore;
using Tatara.Database;
using Tatara.Status;
using Tatara.Uaa.Data;
using Tatara.Uaa.Tokens;

namespace Tatara.Uaa.Status;

/// <summary>How this UAA is.</summary>
internal sealed class UaaStatus(IDbContextFactory<UaaDbContext> databases, UaaCounters counters) : IRoleStatus
{
    public async Task<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var database = await databases.CreateDbContextAsync(cancellationToken);
            await database.Groups.AnyAsync(cancellationToken);
            return null;
        }
        catch (Exception e) when (e.IsUnavailable())
        {
            return "the database is away";
        }
    }

    public async Task CollectAsync(MetricPage page, CancellationToken cancellationToken)
    {
        var tokens = counters.Tokens.ToDictionary();
        page.Family("tatara_uaa_tokens_total", MetricPage.Counter, "Tokens that were issued, by grant type.");
        foreach (var type in GrantTypes.All) page.Sample("tatara_uaa_tokens_total", tokens.GetValueOrDefault(type), ("grant_type", type));
        page.Number("tatara_uaa_failed_logins_total", MetricPage.Counter, "Logins with a wrong name or password, or of a locked account.", counters.FailedLogins);
        page.Number("tatara_uaa_database_up", MetricPage.Gauge, "Whether the database answers.", await FindProblemAsync(cancellationToken) is null ? 1 : 0);
    }
}
