using System.Data;
using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Tatara.Database.Migrations;

/// <summary>
/// Brings a database to the schema of this program, forward only. A step and the row that says it was done are one
/// transaction, so a process killed in the middle leaves all of it or nothing; a lock that ends with that transaction lets
/// several processes start at once. (EF Core's own migrations take a lock row that stays behind when the process is killed.)
/// </summary>
/// <param name="known">The steps, from the first on.</param>
/// <param name="before">SQLite databases from before there was a table of steps: PRAGMA user_version to the step they are at.</param>
public sealed partial class Migrator(
    DatabaseAddress address, IReadOnlyList<Migration> known, IReadOnlyDictionary<int, int> before, TimeProvider time, ILogger logger)
{
    private const string Table = "schema_steps";

    /// <summary>Any number that nothing else locks.</summary>
    private const int LockClass = 0x7461; // "ta"

    /// <summary>A server that is started together with this program is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    /// <exception cref="OtherSchemaException">This program cannot work with what is there.</exception>
    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        // SQLite changes a table by making it anew, which foreign keys would forbid; they are checked at the end of each step.
        if (address.Engine == DatabaseEngine.Sqlite) await connection.ExecuteAsync("PRAGMA foreign_keys = OFF", cancellationToken);
        while (await StepAsync(connection, cancellationToken))
        {
        }
    }

    private async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        for (var started = time.GetTimestamp(); ; await Task.Delay(Pause, time, cancellationToken))
        {
            try
            {
                return await address.Unpooled.OpenAsync(cancellationToken);
            }
            catch (DbException e) when (e.IsUnavailable() && time.GetElapsedTime(started) < Patience)
            {
                Log.Waiting(logger, address.Name, e.Message);
            }
        }
    }

    /// <summary>1. lock, 2. where is it?, 3. one step further. False: nothing is left to do.</summary>
    private async Task<bool> StepAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await BeginAsync(connection, cancellationToken); // 1.
        var (at, oldestProgram) = await PositionAsync(connection, cancellationToken); // 2.
        if (at >= known.Count)
        {
            await transaction.CommitAsync(cancellationToken);
            if (at > known.Count) AcceptNewer(at, oldestProgram);
            return false;
        }
        var next = known[at]; // 3.
        await connection.ExecuteAsync(next.Sql, cancellationToken);
        await RecordAsync(connection, next, cancellationToken);
        await CheckForeignKeysAsync(connection, next, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Log.Done(logger, address.Name, next.Number, next.Name);
        return true;
    }

    private async Task<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        if (address.Engine == DatabaseEngine.Sqlite) return await connection.BeginTransactionAsync(IsolationLevel.Serializable, cancellationToken); // BEGIN IMMEDIATE
        // What another process did while its lock was waited for must be seen, so: no snapshot from before.
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await connection.ExecuteAsync("SET LOCAL lock_timeout = 0", cancellationToken); // It may be at a long step.
        await connection.ExecuteAsync($"SELECT pg_advisory_xact_lock({LockClass}, hashtext('{address.Schema}'))", cancellationToken);
        return transaction;
    }

    private async Task<(int At, int OldestProgram)> PositionAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        if (address.Schema is { } schema) await connection.ExecuteAsync($"CREATE SCHEMA IF NOT EXISTS {schema}", cancellationToken);
        await connection.ExecuteAsync(
            $"""CREATE TABLE IF NOT EXISTS {Table} ("Number" INTEGER NOT NULL PRIMARY KEY, "Name" TEXT NOT NULL, "OldestProgram" INTEGER NOT NULL, "DoneAt" TEXT NOT NULL)""",
            cancellationToken);
        var at = await NumberAsync(connection, $"""SELECT MAX("Number") FROM {Table}""", cancellationToken);
        if (at == 0 && address.Engine == DatabaseEngine.Sqlite) at = await TakeOverAsync(connection, cancellationToken);
        return (at, await NumberAsync(connection, $"""SELECT MAX("OldestProgram") FROM {Table}""", cancellationToken));
    }

    /// <summary>A database from before there was a table of steps keeps its rows: what it has already is only written down.</summary>
    private async Task<int> TakeOverAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var version = await NumberAsync(connection, "PRAGMA user_version", cancellationToken);
        if (version == 0) return 0;
        if (!before.TryGetValue(version, out var at))
            throw new OtherSchemaException(
                $"The database {address} was made by an early version of Tatara, whose tables this one cannot read.",
                "Go back to that version, or begin anew without its apps: ./tatara destroy");
        foreach (var step in known.Take(at)) await RecordAsync(connection, step, cancellationToken);
        return at;
    }

    private void AcceptNewer(int at, int oldestProgram)
    {
        if (oldestProgram > known.Count)
            throw new OtherSchemaException(
                $"The database {address} belongs to a newer version of Tatara: it is at step {at}, and needs a program that knows step {oldestProgram}; this one knows {known.Count}.",
                "Start the newer version.");
        Log.Newer(logger, address.Name, at, known.Count);
    }

    private async Task RecordAsync(DbConnection connection, Migration step, CancellationToken cancellationToken) => await connection.ExecuteAsync(
        $"""INSERT INTO {Table} ("Number", "Name", "OldestProgram", "DoneAt") VALUES (@number, @name, @oldest, @at)""", cancellationToken,
        ("@number", step.Number), ("@name", step.Name), ("@oldest", step.OldestProgram), ("@at", time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture)));

    private async Task CheckForeignKeysAsync(DbConnection connection, Migration step, CancellationToken cancellationToken)
    {
        if (address.Engine == DatabaseEngine.Sqlite && await connection.ScalarAsync("PRAGMA foreign_key_check", cancellationToken) is { } table)
            throw new InvalidOperationException($"Step {step.Number} ({step.Name}) leaves rows of {table} without what they belong to.");
    }

    private static async Task<int> NumberAsync(DbConnection connection, string sql, CancellationToken cancellationToken) =>
        Convert.ToInt32(await connection.ScalarAsync(sql, cancellationToken) ?? 0, CultureInfo.InvariantCulture);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The database {Database} does not answer yet: {Reason}")]
        public static partial void Waiting(ILogger logger, string database, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "The database {Database} is at step {Number} now: {Name}")]
        public static partial void Done(ILogger logger, string database, int number, string name);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The database {Database} is at step {At}; this program knows {Known} and works with it all the same")]
        public static partial void Newer(ILogger logger, string database, int at, int known);
    }
}
