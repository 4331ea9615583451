using System.CommandLine;
using System.Diagnostics;
using Tatara.Logging;
using Tatara.Up;

namespace Tatara.Commands;

/// <summary>`tatara up`: the platform, until Ctrl-C.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var verbose = new Option<bool>("--verbose", "-v") { Description = "show the platform's log on the terminal, too" };
        var command = new Command("up", "Start the platform. Ctrl-C stops it; the apps keep running and are found again by the next start.") { verbose };
        common.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var options = common.Read(result);
            var watch = Stopwatch.StartNew();
            await Preparation.EnsureAsync(options, cancellationToken);
            await using var platform = new Platform(options, PlatformLogging.To(options.LogFile, result.GetValue(verbose) ? LogLevel.Information : LogLevel.Error, options.JsonLog));
            await platform.StartAsync(cancellationToken);
            Console.WriteLine($"Tatara is ready after {watch.Elapsed.TotalSeconds:0.0} s: {options.ApiUrl.ToString().TrimEnd('/')}");
            Console.WriteLine($"Log: {options.LogFile}. Ctrl-C stops the platform, not the apps.");
            await WaitAsync(cancellationToken);
            Console.WriteLine("Stopping; the apps keep running.");
            return 0;
        });
        return command;
    }

    public static async Task WaitAsync(CancellationToken cancellationToken) =>
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
