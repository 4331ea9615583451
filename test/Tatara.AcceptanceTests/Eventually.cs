using System.Diagnostics;

namespace Tatara.AcceptanceTests;

/// <summary>What becomes true by itself, within a bound.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks again until the answer is wanted; the last answer is in the failure.</summary>
    public static async Task<T> BecomesAsync<T>(string what, TimeSpan within, Func<Task<T>> ask, Func<T, bool> wanted)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var answer = await ask();
            if (wanted(answer)) return answer;
            if (watch.Elapsed > within) throw new ShouldAssertException($"{what} did not come true within {within.TotalSeconds} s; the last answer was: {answer}");
            await Task.Delay(Pause);
        }
    }
}
