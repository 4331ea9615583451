using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Tatara.Database;
using Tatara.Database.Migrations;

namespace Tatara.CloudController.Data;

/// <summary>Where the rows are, and how its tables come to be.</summary>
internal static class CloudControllerDatabase
{
    /// <summary>PRAGMA user_version of the databases from before there were migrations; their tables are those of the first.</summary>
    public const int FirstUserVersion = -1045327869;

    public static DatabaseAddress Address(CloudControllerOptions options) =>
        (options.Database ?? DatabaseAddress.Sqlite(Path.Combine(options.DataDirectory, "cloud-controller.db"))).For(CloudControllerHost.DatabaseSchema);

    public static Migrator Migrator(DatabaseAddress address, TimeProvider time, ILogger logger) => new(
        address, Migration.ReadAll(typeof(CloudControllerDatabase).Assembly, address.Engine), new Dictionary<int, int> { [FirstUserVersion] = 1 }, time, logger);

    /// <summary>Saves; when a name is taken meanwhile, the exception says so.</summary>
    public static async Task SaveUniqueAsync(this CloudControllerDbContext db, Func<Exception> taken, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            throw taken();
        }
    }
}
