using Tatara.Database;

namespace Tatara.Configuration;

/// <summary>The file that --database names.</summary>
internal static class DatabaseFile
{
    /// <exception cref="SetupException">It says no database, or too many may read it.</exception>
    public static DatabaseAddress Read(string file)
    {
        try
        {
            return DatabaseAddress.ReadFile(file);
        }
        catch (FormatException e)
        {
            throw new SetupException(e.Message, "The file has one line, like postgres://user:password@host:5432/database", e);
        }
    }
}
