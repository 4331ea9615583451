using Microsoft.Extensions.Logging;
using Tatara.Database;
using Tatara.Database.Migrations;

namespace Tatara.Uaa.Data;

/// <summary>Where the rows are, and how its tables come to be.</summary>
internal static class UaaDatabase
{
    /// <summary>PRAGMA user_version of the databases from before there was a table of steps; they are at the first.</summary>
    private const int FirstUserVersion = 1;

    public static DatabaseAddress Address(UaaOptions options) =>
        (options.Database ?? DatabaseAddress.Sqlite(Path.Combine(options.DataDirectory, "uaa.db"))).For(UaaHost.DatabaseSchema);

    public static Migrator Migrator(DatabaseAddress address, TimeProvider time, ILogger logger) => new(
        address, Migration.ReadAll(typeof(UaaDatabase).Assembly, address.Engine), new Dictionary<int, int> { [FirstUserVersion] = 1 }, time, logger);
}
