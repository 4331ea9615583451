namespace Tatara.Cli.Api;

/// <summary>Asks again and again: often at first, because most things are soon done, then four times a second: a longer pause is time that people wait for nothing.</summary>
internal static class Polling
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);
    private const double Growth = 1.2;

    /// <returns>False when the limit passed before it was done.</returns>
    public static async Task<bool> UntilAsync(TimeProvider clock, Func<Task<bool>> isDone, TimeSpan? limit, CancellationToken stop)
    {
        var started = clock.GetTimestamp();
        var pause = First;
        while (!await isDone())
        {
            if (clock.GetElapsedTime(started) > limit) return false;
            await Task.Delay(pause, clock, stop);
            pause = pause * Growth < Longest ? pause * Growth : Longest;
        }

        return true;
    }
}
