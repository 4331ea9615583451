using Microsoft.Data.Sqlite;
using Npgsql;

namespace Tatara.Database;

/// <summary>What a failure means, whichever engine says it and however deep it is wrapped.</summary>
public static class DatabaseErrors
{
    private const string IdleTooLong = "25P03";
    private const int SqliteUnique = 2067;
    private const int SqlitePrimaryKey = 1555;
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;

    /// <summary>Another row has the name, host … already.</summary>
    public static bool IsUniqueViolation(this Exception exception) => Cause(exception) switch
    {
        SqliteException e => e.SqliteExtendedErrorCode is SqliteUnique or SqlitePrimaryKey,
        PostgresException e => e.SqlState == PostgresErrorCodes.UniqueViolation,
        _ => false,
    };

    /// <summary>The database is away or too busy: the same request may succeed a little later.</summary>
    public static bool IsUnavailable(this Exception exception) => Cause(exception) switch
    {
        SqliteException e => e.SqliteErrorCode is SqliteBusy or SqliteLocked,
        // Connections lost, server starting or stopping, too many clients, locks waited for too long, deadlocks.
        PostgresException e => e.IsTransient || e.SqlState is PostgresErrorCodes.LockNotAvailable or IdleTooLong
            || e.SqlState.StartsWith("57P", StringComparison.Ordinal),
        NpgsqlException => true,
        _ => false,
    };

    /// <summary>A text that PostgreSQL cannot keep: it has a zero character in it.</summary>
    public static bool IsBadText(this Exception exception) =>
        Cause(exception) is PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter };

    private static Exception? Cause(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            if (exception is SqliteException or NpgsqlException) return exception;
        return null;
    }
}
