using Microsoft.Extensions.Logging.Abstractions;
using Tatara.CloudController;
using Tatara.Configuration;
using Tatara.Database;
using Tatara.Database.Copying;
using Tatara.Uaa;

namespace Tatara.Backup;

/// <summary>The databases of a platform: Cloud Controller's and the UAA's.</summary>
internal sealed record ComponentDatabases(DatabaseAddress CloudController, DatabaseAddress Uaa)
{
    public const string CloudControllerFile = "cloud-controller/cloud-controller.db";
    public const string UaaFile = "uaa/uaa.db";

    /// <summary>The files below a platform's data folder, or below what is to become one.</summary>
    public static ComponentDatabases InFiles(string folder) => new(
        DatabaseAddress.Sqlite(Path.Combine(folder, CloudControllerFile)), DatabaseAddress.Sqlite(Path.Combine(folder, UaaFile)));

    public static ComponentDatabases InPostgreSql(DatabaseAddress database) => new(database.For(CloudControllerHost.DatabaseSchema), database.For(UaaHost.DatabaseSchema));

    public static ComponentDatabases Of(PlatformOptions options) =>
        options.Database is null ? InFiles(options.Data) : InPostgreSql(DatabaseFile.Read(options.Database));

    /// <summary>A platform that was started on the other engine would begin anew, without its apps.</summary>
    /// <exception cref="SetupException">Its rows are elsewhere.</exception>
    public static void RequireChosen(PlatformOptions options)
    {
        var file = Path.Combine(options.Data, CloudControllerFile);
        if (options.Database is not null && File.Exists(file))
            throw new SetupException($"The rows of this platform are in {file}, not in PostgreSQL.", "Move them: ./tatara move-database postgresql --database FILE");
        if (options.Database is null && !File.Exists(file) && (Directory.Exists(Path.Combine(options.Data, ChosenBlobstore.Folder)) || ChosenBlobstore.Noted(options.Data) is not null))
            throw new SetupException($"The rows of this platform are not in {file}: it was started with --database.", "Add the same --database FILE, or move the rows: ./tatara move-database sqlite --database FILE");
    }

    /// <summary>Gives them the tables of this program.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await CloudControllerHost.MigrateAsync(CloudController, NullLogger.Instance, cancellationToken);
        await UaaHost.MigrateAsync(Uaa, NullLogger.Instance, cancellationToken);
    }

    /// <summary>Carries all rows into others, which must have none.</summary>
    public async Task<long> CopyToAsync(ComponentDatabases target, CancellationToken cancellationToken)
    {
        await target.MigrateAsync(cancellationToken);
        try
        {
            return await new DatabaseCopy(CloudController, target.CloudController).RunAsync(cancellationToken)
                + await new DatabaseCopy(Uaa, target.Uaa).RunAsync(cancellationToken);
        }
        catch (DatabaseNotEmptyException e)
        {
            throw new SetupException(e.Message, "Nothing was written. Name an empty database.", e);
        }
        finally
        {
            foreach (var database in (DatabaseAddress[])[CloudController, Uaa, target.CloudController, target.Uaa]) database.CloseIdle();
        }
    }
}
