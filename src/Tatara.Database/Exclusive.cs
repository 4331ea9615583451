using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Tatara.Database;

/// <summary>Transactions that must not run beside each other, in however many processes.</summary>
public static class Exclusive
{
    /// <summary>Any number that nothing else locks.</summary>
    private const int LockClass = 0x7862; // "xb"

    /// <summary>
    /// Begins a transaction beside which no other of this kind runs: what it counts stays true until it ends. Neither engine makes it
    /// start over: SQLite has one writer at a time anyway, and in PostgreSQL a lock of this name's own does the same, where isolation
    /// levels would end one of two with an error.
    /// </summary>
    public static Task<IDbContextTransaction> BeginExclusiveAsync(this DbContext context, CancellationToken cancellationToken) =>
        BeginExclusiveAsync(context, "", cancellationToken);

    /// <summary>The same, about one thing: those about others run beside it where the engine can do that.</summary>
    public static async Task<IDbContextTransaction> BeginExclusiveAsync(this DbContext context, string about, CancellationToken cancellationToken)
    {
        if (context.Database.IsSqlite()) return await context.Database.BeginTransactionAsync(IsolationLevel.Serializable, cancellationToken); // BEGIN IMMEDIATE
        // What others did while the lock was waited for must be seen, so: no snapshot from before.
        var transaction = await context.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({LockClass}, hashtext({about}))", cancellationToken);
        return transaction;
    }
}
