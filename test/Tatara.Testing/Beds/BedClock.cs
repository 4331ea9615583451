namespace Tatara.Testing.Beds;

/// <summary>
/// A host's clock that is wrong, for the roles there: a library of our own, loaded before the C library, adds to what the kernel says. (libfaketime
/// also changes how long timed waits take, and .NET then hangs.) Right stays the clock of the nats-server, which asks the kernel itself, and of
/// containers with their monitors, which get an environment of their own.
/// </summary>
/// <param name="directory">Where the library is built.</param>
internal sealed class BedClock(string directory)
{
    private TimeSpan _ahead;

    private string Library => Path.Combine(directory, "wrong-clock.so");

    /// <summary>What makes a program's clock wrong.</summary>
    public IReadOnlyDictionary<string, string> Environment => _ahead == TimeSpan.Zero
        ? new Dictionary<string, string>()
        : new Dictionary<string, string> { ["LD_PRELOAD"] = Library, ["CLOCK_AHEAD"] = FormattableString.Invariant($"{_ahead.TotalSeconds:0}") };

    public async Task SetAsync(TimeSpan ahead)
    {
        if (!File.Exists(Library)) await Shell.RunAsync("gcc", "-shared", "-fPIC", "-O2", "-o", Library, Path.Combine(Platform.Root, "test", "Tatara.Testing", "Beds", "wrong-clock.c"));
        _ahead = ahead;
    }
}
