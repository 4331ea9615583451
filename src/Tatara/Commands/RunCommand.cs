using System.CommandLine;
using Tatara.Configuration;
using Tatara.Hosts;
using Tatara.Logging;
using Tatara.Peers;

namespace Tatara.Commands;

/// <summary>
/// `tatara run [ROLE...] --config FILE`: roles of this host of many. Without a file: a DEA or a further router of the platform
/// that `tatara up` runs on this machine.
/// </summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var roles = new Argument<string[]>("roles") { Description = "what to run (default with --config: all roles that the file names)", Arity = ArgumentArity.ZeroOrMore };
        roles.AcceptOnlyFromAmong([.. PeerRole.All]);
        var config = new Option<string?>("--config") { Description = $"this host's configuration file, like {HostConfiguration.UsualFile}; the other flags are for a platform on one machine" };
        var index = new Option<int?>("--index") { Description = "which of the machine's DEAs (from 0) or routers (from 1)" };
        var router = new RunRouterFlags();
        var command = new Command("run", "Run roles of this host as --config says; or one more DEA or router beside `tatara up`. SIGTERM stops them; a router drains first.") { roles, config, index };
        router.AddTo(command);
        common.AddTo(command);
        command.SetAction((result, cancellationToken) => (result.GetValue(config), result.GetValue(roles) ?? []) switch
        {
            ({ } file, var chosen) => RunHostAsync(file, chosen, cancellationToken),
            (null, [PeerRole.Dea]) => RunDea.RunAsync(common.Read(result), result.GetValue(index) ?? 0, cancellationToken),
            (null, [PeerRole.Router]) => RunRouter.RunAsync(common.Read(result), result.GetValue(index) ?? 1, router.Read(result), cancellationToken),
            _ => throw new SetupException("On one machine `tatara run` runs one dea, or one router.", $"Roles of a host of many are run with its file: tatara run --config {HostConfiguration.UsualFile}"),
        });
        return command;
    }

    private static async Task<int> RunHostAsync(string file, string[] chosen, CancellationToken cancellationToken)
    {
        var host = HostFile.Load(Path.GetFullPath(file));
        if (chosen.FirstOrDefault(role => !host.Roles.Contains(role)) is { } foreign)
            throw new SetupException($"This host does not have the role {foreign}.", $"{file} says: {string.Join(", ", host.Roles)}.");
        var roles = chosen.Length > 0 ? chosen.Distinct().ToArray() : host.Roles;
        await HostPreparation.EnsureAsync(host, roles, cancellationToken);
        var log = Path.Combine(host.Platform.Data, "log", chosen.Length > 0 ? string.Join('+', roles) + ".log" : "tatara.log");
        await using var running = new RunningHost(host, roles, PlatformLogging.To(log, LogLevel.Error, host.Platform.JsonLog));
        await running.StartAsync(cancellationToken);
        Console.WriteLine($"{host.Name} runs {string.Join(", ", roles)}. Log: {log}");
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, running.Ended);
        await UpCommand.WaitAsync(ending.Token);
        Console.WriteLine($"{host.Name} stops; the apps keep running.");
        return 0;
    }
}
