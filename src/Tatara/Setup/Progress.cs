using System.Diagnostics;
using System.Globalization;

namespace Tatara.Setup;

/// <summary>Steps as a person follows them: what is being done, then how long it took.</summary>
internal sealed class Progress(TextWriter output, bool terminal)
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>Does one step. Its result says in a few words what came of it, "already there" for instance.</summary>
    public async Task StepAsync(string what, Func<Task<string?>> work)
    {
        var watch = Stopwatch.StartNew();
        if (!terminal) await output.WriteLineAsync($"  {what} ...");
        using var done = new CancellationTokenSource();
        var ticking = terminal ? TickAsync(what, watch, done.Token) : Task.CompletedTask;
        string? result;
        try
        {
            result = await work();
        }
        catch
        {
            await StopAsync(done, ticking);
            await output.WriteLineAsync(terminal ? $"\r  {what} FAILED\u001b[K" : $"  {what}: FAILED");
            throw;
        }
        await StopAsync(done, ticking);
        var end = $"{(result is null ? "done" : result)} ({Seconds(watch)})";
        await output.WriteLineAsync(terminal ? $"\r  {what}: {end}\u001b[K" : $"  {what}: {end}");
    }

    private async Task TickAsync(string what, Stopwatch watch, CancellationToken cancellationToken)
    {
        while (true)
        {
            await output.WriteAsync($"\r  {what} ... {watch.Elapsed.TotalSeconds:0} s\u001b[K");
            await output.FlushAsync(cancellationToken);
            await Task.Delay(Tick, cancellationToken);
        }
    }

    private static async Task StopAsync(CancellationTokenSource done, Task ticking)
    {
        await done.CancelAsync();
        await ticking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static string Seconds(Stopwatch watch) => watch.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s";
}
