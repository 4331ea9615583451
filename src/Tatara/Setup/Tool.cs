using System.Diagnostics;
using Tatara.Configuration;

namespace Tatara.Setup;

/// <summary>Runs a program to its end, arguments as they are, without a shell.</summary>
internal static class Tool
{
    /// <summary>Returns what it wrote to its standard output.</summary>
    /// <exception cref="SetupException">It is not there, or failed; the end of its output is in the message.</exception>
    public static async Task<string> RunAsync(
        string program, IEnumerable<string> arguments, string? directory = null, CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = directory ?? "" };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Start(start);
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        if (process.ExitCode != 0)
        {
            var end = string.Join('\n', ((await errors) + (await output)).Trim().Split('\n').TakeLast(8));
            throw new SetupException($"`{program} {string.Join(' ', start.ArgumentList.Take(4))}` failed with status {process.ExitCode}:\n{end}", "");
        }
        return await output;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new SetupException($"{start.FileName} cannot be started: {e.Message}.", "Run `./tatara doctor` to see what this machine lacks.", e);
        }
    }
}
