using System.CommandLine;
using Tatara.Backup;
using Tatara.Configuration;
using Tatara.Up;

namespace Tatara.Commands;

/// <summary>`tatara backup`, `tatara restore` and `tatara move-database`.</summary>
internal static class BackupCommands
{
    public static Command CreateBackup()
    {
        var (common, file) = (new CommonOptions(), new Argument<string>("file") { Description = "where to; it will hold secrets and be readable by its owner alone" });
        var command = new Command("backup", "Save databases, blobs, secrets and keys into one file. The platform may run meanwhile.") { file };
        common.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var path = Path.GetFullPath(result.GetRequiredValue(file));
            await new PlatformBackup(common.Read(result)).WriteAsync(path, cancellationToken);
            Console.WriteLine($"Saved to {path} ({new FileInfo(path).Length >> 20} MB).");
            return 0;
        });
        return command;
    }

    public static Command CreateRestore()
    {
        var (common, file) = (new CommonOptions(), new Argument<string>("file") { Description = "what `tatara backup` wrote" });
        var command = new Command("restore", "Make a platform's data folder from a backup. It must not be there yet; then start it by `tatara up`.") { file };
        common.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var options = common.Read(result);
            await new PlatformRestore(options).ReadAsync(Path.GetFullPath(result.GetRequiredValue(file)), cancellationToken);
            Console.WriteLine($"Restored to {options.Data}. `tatara up` starts the platform, and with it every app that ran.");
            return 0;
        });
        return command;
    }

    public static Command CreateMoveDatabase()
    {
        var (common, engine) = (new CommonOptions(), new Argument<string>("engine") { Description = "where to: postgresql or sqlite" });
        engine.AcceptOnlyFromAmong("postgresql", "sqlite");
        var command = new Command("move-database", "Move the rows of a stopped platform between the data folder and the PostgreSQL that --database names.") { engine };
        common.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var options = common.Read(result);
            if (!File.Exists(options.SecretsFile)) throw new SetupException($"{options.Data} is not a platform's data folder.", "Name the right one by --data.");
            if (Platform.IsRunning(options)) throw new SetupException($"The platform on {options.Data} is running.", "Stop it first: what it writes meanwhile would be lost. Its apps run on.");
            var move = new DatabaseMove(options, TimeProvider.System);
            var toPostgreSql = result.GetRequiredValue(engine) == "postgresql";
            var rows = toPostgreSql ? await move.ToPostgreSqlAsync(cancellationToken) : await move.ToSqliteAsync(cancellationToken);
            Console.WriteLine(toPostgreSql
                ? $"Moved {rows} rows. From now on start the platform with --database {options.Database}."
                : $"Moved {rows} rows. From now on start the platform without --database; what is in PostgreSQL stays there.");
            return 0;
        });
        return command;
    }
}
