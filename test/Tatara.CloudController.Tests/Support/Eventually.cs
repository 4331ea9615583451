using System.Diagnostics;

namespace Tatara.CloudController.Tests.Support;

/// <summary>Waits for what happens soon.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task<T> GetAsync<T>(Func<Task<T?>> read, string what)
        where T : class
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience; await Task.Delay(20))
            if (await read() is { } value) return value;
        throw new TimeoutException($"Within {Patience.TotalSeconds} s there was no {what}.");
    }

    public static Task TrueAsync(Func<bool> condition, string what) => GetAsync(() => Task.FromResult(condition() ? "" : null), what);
}
