using System.CommandLine;
using System.Globalization;
using Tatara.Configuration;
using Tatara.Logging;
using Tatara.Up;

namespace Tatara.Commands;

/// <summary>`tatara run ROLE`: one role as a process of its own, against the platform on the same data folder.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var index = new Option<int>("--index") { Description = "which of the platform's DEAs, from 0", DefaultValueFactory = _ => 0 };
        var dea = new Command("dea", "Run one DEA.") { index };
        common.AddTo(dea);
        dea.SetAction(async (result, cancellationToken) =>
        {
            var options = common.Read(result);
            var name = PlatformOptions.DeaName(result.GetValue(index));
            using var taken = PlatformLock.TryTake(DeaProcesses.LockFile(options, name))
                ?? throw new SetupException($"{name} runs already.", "One process a DEA; --index chooses another.");
            taken.WriteHolder();
            var logging = PlatformLogging.To(Path.Combine(options.Data, "log", name + ".log"), LogLevel.Error, options.JsonLog);
            using var host = new RoleHosts(options, Secrets.LoadOrCreate(options.SecretsFile), logging).Dea(result.GetValue(index));
            await host.StartAsync(cancellationToken);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} runs as process {Environment.ProcessId}."));
            // A DEA that is drained ends by itself.
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
            await UpCommand.WaitAsync(ending.Token);
            await host.StopAsync(CancellationToken.None);
            return 0;
        });
        return new Command("run", "Run one role by itself.") { dea, RunRouterCommand.Create() };
    }
}
