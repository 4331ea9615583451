using System.ComponentModel;
using System.Diagnostics;

namespace Tatara.Containers.Linux;

/// <summary>Runs the machine's tools: no shell, an end to waiting, and their own words in the exception.</summary>
internal sealed class CommandRunner(TimeSpan timeout)
{
    private const int ErrorTextLimit = 2000;

    /// <summary>Its standard output. Anything but exit code 0 is an exception.</summary>
    public async Task<string> RunAsync(IReadOnlyList<string> command, string? input, CancellationToken cancellationToken)
    {
        using var process = Start(command, input is not null);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            if (input is not null) await WriteInputAsync(process, input, limit.Token);
            await process.WaitForExitAsync(limit.Token);
            await Task.WhenAll(output, error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw new ContainerException($"{command[0]} did not end within {timeout.TotalSeconds:0} s: {string.Join(' ', command)}");
        }
        if (process.ExitCode == 0) return await output;
        throw new ContainerException($"{command[0]} failed with exit code {process.ExitCode}: {Shorten(await error)} ({string.Join(' ', command)})");
    }

    private static Process Start(IReadOnlyList<string> command, bool withInput)
    {
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = withInput,
            WorkingDirectory = "/",
        };
        foreach (var argument in command.Skip(1)) start.ArgumentList.Add(argument);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new ContainerException($"{command[0]} could not be started: {e.Message}", e);
        }
    }

    private static async Task WriteInputAsync(Process process, string input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading everything; its exit code and error text say why.
        }
    }

    private static string Shorten(string text)
    {
        text = text.Trim();
        return text.Length <= ErrorTextLimit ? text : text[..ErrorTextLimit] + "…";
    }
}
