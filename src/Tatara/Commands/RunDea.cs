using System.Globalization;
using Tatara.Configuration;
using Tatara.Logging;
using Tatara.Up;

namespace Tatara.Commands;

/// <summary>`tatara run dea`: one DEA of a machine as a process of its own.</summary>
internal static class RunDea
{
    public static async Task<int> RunAsync(PlatformOptions options, int index, CancellationToken cancellationToken)
    {
        var name = PlatformOptions.DeaName(index);
        using var taken = PlatformLock.TryTake(DeaProcesses.LockFile(options, name))
            ?? throw new SetupException($"{name} runs already.", "One process a DEA; --index chooses another.");
        taken.WriteHolder();
        var logging = PlatformLogging.To(Path.Combine(options.Data, "log", name + ".log"), LogLevel.Error, options.JsonLog);
        using var host = RoleHosts.OnOneMachine(options, logging).Dea(index);
        await host.StartAsync(cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} runs as process {Environment.ProcessId}."));
        // A DEA that is drained ends by itself.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        await UpCommand.WaitAsync(ending.Token);
        await host.StopAsync(CancellationToken.None);
        return 0;
    }
}
