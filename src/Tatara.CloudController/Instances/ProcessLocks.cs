using Microsoft.EntityFrameworkCore;
using Tatara.CloudController.Data;
using Tatara.Database;

namespace Tatara.CloudController.Instances;

/// <summary>
/// Two changes of one process are told to DEAs one after the other, whichever Cloud Controllers they reached. Here a fixed number of
/// locks serves all processes; among several Cloud Controllers it is a lock in the database.
/// </summary>
internal sealed class ProcessLocks
{
    private const int Count = 64;

    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, Count).Select(_ => new SemaphoreSlim(1))];

    public async Task RunAsync(CloudControllerDbContext db, string processGuid, Func<Task> act, CancellationToken cancellationToken)
    {
        var mine = _locks[(uint)processGuid.GetHashCode(StringComparison.Ordinal) % Count];
        await mine.WaitAsync(cancellationToken);
        try
        {
            // A SQLite file has no other Cloud Controller, and its only lock is that of all writers.
            await using var transaction = db.Database.IsSqlite() ? null : await db.BeginExclusiveAsync("process " + processGuid, cancellationToken);
            await act();
            if (transaction is not null) await transaction.CommitAsync(cancellationToken);
        }
        finally
        {
            mine.Release();
        }
    }
}
