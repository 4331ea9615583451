namespace Tatara.Testing.Beds;

/// <summary>
/// A clock that is wrong, by libfaketime: for all programs that ask the C library, which are the platform's and the monitors of containers, not the
/// nats-server. The monotonic clock is nobody's to set.
/// </summary>
internal static class BedClock
{
    private const string Library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

    public static IReadOnlyDictionary<string, string> Environment(TimeSpan ahead)
    {
        if (ahead == TimeSpan.Zero) return new Dictionary<string, string>();
        if (!File.Exists(Library)) throw new InvalidOperationException("There is no libfaketime: ./tatara test installs it.");
        return new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = Library,
            ["FAKETIME"] = FormattableString.Invariant($"{ahead.TotalSeconds:+0;-0}s"),
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            ["DONT_FAKE_MONOTONIC"] = "1",
        };
    }
}
