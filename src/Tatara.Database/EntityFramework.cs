using Microsoft.EntityFrameworkCore;

namespace Tatara.Database;

/// <summary>EF Core on either engine.</summary>
public static class EntityFramework
{
    /// <summary>Makes a context use the database at an address.</summary>
    public static DbContextOptionsBuilder Use(this DbContextOptionsBuilder builder, DatabaseAddress address) => address.Engine == DatabaseEngine.Sqlite
        ? builder.UseSqlite(address.ConnectionString).AddInterceptors(new SqlitePragmas())
        : builder.UseNpgsql(address.ConnectionString);
}
