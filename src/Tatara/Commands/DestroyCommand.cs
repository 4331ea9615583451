using System.CommandLine;
using Tatara.Configuration;
using Tatara.Containers;
using Tatara.Hosts;
using Tatara.Logging;
using Tatara.Names;
using Tatara.Setup;
using Tatara.Up;

namespace Tatara.Commands;

/// <summary>`tatara destroy`: removes every trace of a platform, its apps included.</summary>
internal static class DestroyCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var yes = new Option<bool>("--yes", "-y") { Description = "do not ask" };
        var config = new Option<string?>("--config") { Description = "this host's configuration file, when it is one of many; remove it from the platform before" };
        var command = new Command("destroy", "Remove every trace of the platform: apps, data, names, trust. Shared stacks and buildpacks elsewhere stay.") { yes, config };
        common.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var host = result.GetValue(config) is { } file ? HostFile.Load(Path.GetFullPath(file)) : null;
            var options = host?.Platform ?? common.Read(result);
            if (host is null && Directory.Exists(options.ClusterDirectory)) throw new SetupException($"{options.Data} belongs to a host of many.", "Name its configuration file by --config.");
            if (!Directory.Exists(options.Data))
            {
                Console.WriteLine($"There is nothing at {options.Data}.");
                return 0;
            }
            if (!File.Exists(options.SecretsFile))
                throw new SetupException($"{options.Data} is not a platform's data folder: it has no {Path.GetFileName(options.SecretsFile)}.", "Name the right one by --data.");
            if (Platform.IsRunning(options))
                throw new SetupException($"The platform on {options.Data} is running.", "Stop it first (Ctrl-C where it runs).");
            if (!result.GetValue(yes) && !Confirmed(options)) return 1;
            await RemoveAsync(options, host, cancellationToken);
            Console.WriteLine($"Removed {options.Data} and all that belonged to it.");
            return 0;
        });
        return command;
    }

    /// <summary>1. containers with their networks, 2. names, 3. trust and cf, 4. data.</summary>
    private static async Task RemoveAsync(PlatformOptions options, HostConfiguration? host, CancellationToken cancellationToken)
    {
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(new FileLoggerProvider(options.LogFile)));
        Surroundings surroundings = host is null ? new OneMachine(options, Secrets.LoadOrCreate(options.SecretsFile)) : new OneOfMany(host);
        for (var index = 0; index < (host is null ? PlatformOptions.MaxDeas : 1); index++)
        {
            var place = surroundings.Dea(index);
            if (!Directory.Exists(options.DeaDirectory(place.Id))) continue;
            var containers = ContainerRuntime.Create(RoleHosts.Containers(options, place), loggers);
            await containers.InitializeAsync(cancellationToken);
            await containers.RemoveAllAsync(cancellationToken);
        }
        new HostsFile(HostsKeeper.Path, options.Domain).Write("", []);
        await TrustedAuthority.RemoveAsync(options, cancellationToken);
        if (options.Data == new PlatformOptions().Data) CfInstallation.Remove();
        Directory.Delete(options.Data, recursive: true);
    }

    private static bool Confirmed(PlatformOptions options)
    {
        if (Console.IsInputRedirected) throw new SetupException("destroy asks before it removes anything, and there is nobody to ask.", "Add --yes.");
        Console.Write($"Remove {options.Data} with every app, route and log in it? Type yes: ");
        return Console.ReadLine()?.Trim() == "yes";
    }
}
