namespace Tatara.Database.Leases;

/// <summary>
/// Who is the active one of several, by name: a row that its holder renews. Moments are the database's, so no machine's clock
/// matters. Needs the table leases ("Name", "Holder", "ExpiresAt").
/// </summary>
public sealed class LeaseStore(DatabaseAddress address)
{
    /// <summary>Takes a lease that is free or has run out, or renews one's own.</summary>
    /// <returns>Whether it is the holder's now, until <paramref name="life"/> after this was called at the latest.</returns>
    public async Task<bool> TakeAsync(string name, string holder, TimeSpan life, CancellationToken cancellationToken)
    {
        await using var connection = await address.OpenAsync(cancellationToken);
        var changed = await connection.ExecuteAsync(
            $"""
            INSERT INTO leases ("Name", "Holder", "ExpiresAt") VALUES (@name, @holder, {Now} + @life)
            ON CONFLICT ("Name") DO UPDATE SET "Holder" = excluded."Holder", "ExpiresAt" = excluded."ExpiresAt"
            WHERE leases."Holder" = excluded."Holder" OR leases."ExpiresAt" <= {Now}
            """,
            cancellationToken, ("@name", name), ("@holder", holder), ("@life", (long)life.TotalMilliseconds));
        return changed == 1;
    }

    /// <summary>Gives one's own lease back; another's stays.</summary>
    public async Task ReleaseAsync(string name, string holder, CancellationToken cancellationToken)
    {
        await using var connection = await address.OpenAsync(cancellationToken);
        await connection.ExecuteAsync("""DELETE FROM leases WHERE "Name" = @name AND "Holder" = @holder""", cancellationToken, ("@name", name), ("@holder", holder));
    }

    /// <summary>Milliseconds since 1970.</summary>
    private string Now => address.Engine == DatabaseEngine.Sqlite
        ? "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
        : "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";
}
