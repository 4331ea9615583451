using System.Diagnostics;

namespace Tatara.Containers.Tests;

internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > Limit) throw new TimeoutException($"It did not become true within {Limit}.");
            await Task.Delay(20);
        }
    }
}
