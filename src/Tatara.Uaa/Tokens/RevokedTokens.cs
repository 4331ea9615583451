using Microsoft.EntityFrameworkCore;
using Tatara.Uaa.Data;

namespace Tatara.Uaa.Tokens;

/// <summary>A token that was given back before its time.</summary>
internal sealed class RevokedToken
{
    public required string Id { get; init; }

    /// <summary>From then on it is refused anyway, and the row can go.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>Tokens are not kept; only those are that were given back.</summary>
internal sealed class RevokedTokens(IDbContextFactory<UaaDbContext> database, TimeProvider time)
{
    public async Task<bool> ContainsAsync(string id, CancellationToken cancellationToken)
    {
        await using var context = await database.CreateDbContextAsync(cancellationToken);
        return await context.RevokedTokens.AnyAsync(t => t.Id == id, cancellationToken);
    }

    public async Task AddAsync(string id, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        await using var context = await database.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        await context.RevokedTokens.Where(t => t.ExpiresAt < now).ExecuteDeleteAsync(cancellationToken);
        await context.Database.ExecuteSqlAsync(
            $"INSERT INTO revoked_tokens (\"Id\", \"ExpiresAt\") VALUES ({id}, {expiresAt.ToUnixTimeMilliseconds()}) ON CONFLICT DO NOTHING", cancellationToken);
    }
}
