using System.Diagnostics;
using Tatara.Testing;
using Tatara.Testing.Beds;

namespace Tatara.ChaosTests;

/// <summary>A platform of many hosts with two apps, which each test leaves whole.</summary>
public class ChaosBed : IAsyncLifetime
{
    public const int InstancesOfEach = 3;

    /// <summary>Room for what a DEA keeps in reserve, the built-in buildpacks and some instances.</summary>
    private const int DiskMb = 6 * 1024;

    private static readonly BedPlan s_plan = BedPlan.Full.WithDisk("control-2", DiskMb).WithDisk("cell-3", DiskMb);

    private static readonly string[] s_small = ["-m", "32M", "-k", "64M"];

    private static readonly TimeSpan s_gone = TimeSpan.FromSeconds(60);

    private readonly int _number;
    private readonly string _program;

    public ChaosBed()
        : this(61, Platform.Program)
    {
    }

    /// <param name="number">Of the bed.</param>
    /// <param name="program">What its hosts run.</param>
    protected ChaosBed(int number, string program) => (_number, _program) = (number, program);

    public Bed Bed { get; private set; } = null!;

    public Cf Cf { get; private set; } = null!;

    internal KnownApp[] Apps { get; } = [new("binary", "Hello from a binary"), new("page", "Hello from a static page")];

    private Dictionary<string, string> Guids { get; } = new(StringComparer.Ordinal);

    public async Task InitializeAsync()
    {
        Bed = await Bed.StartAsync(_number, s_plan, program: _program);
        Cf = await Cf.LoggedInAsync(Bed.Platform, "chaos");
        await PushAsync("binary", "binary", "-b", "binary_buildpack");
        await PushAsync("page", "static", "-b", "staticfile_buildpack");
        await WholeAsync(TimeSpan.FromSeconds(60));
    }

    public async Task DisposeAsync()
    {
        Cf?.Dispose();
        if (Bed is not null) await Bed.DisposeAsync();
    }

    public async Task<CfResult> TryPushAsync(string name, string sample, params string[] more) =>
        await Cf.RunAsync(["push", name, "-p", Path.Combine(Platform.Root, "samples", sample), .. s_small, .. more]);

    public async Task DeleteAsync(string name) => (await Cf.RunAsync("delete", name, "-f", "-r")).Succeeded();

    /// <summary>
    /// Until every desired instance runs exactly once, the API says so, and every member is well. Says how long it took.
    /// </summary>
    public async Task<TimeSpan> WholeAsync(TimeSpan within, bool members = true)
    {
        var watch = Stopwatch.StartNew();
        string? missing;
        while ((missing = await MissingAsync(members)) is not null)
        {
            if (watch.Elapsed > within) throw new ShouldAssertException($"The platform is not whole after {within.TotalSeconds} s: {missing}");
            await Task.Delay(100);
        }
        return watch.Elapsed;
    }

    /// <summary>Until no instance of an app that was deleted runs any more.</summary>
    public static async Task NothingOfAsync(string app)
    {
        for (var watch = Stopwatch.StartNew(); Instances.Of(app).Count > 0; await Task.Delay(100))
            if (watch.Elapsed > s_gone) throw new ShouldAssertException($"{Instances.Of(app).Count} instances of {app}, which was deleted, still run after {s_gone.TotalSeconds} s");
    }

    /// <summary>Ends one instance of an app, as a bug in it would.</summary>
    public void Crash(string app) => Instances.KillOne(Guids[app]);

    private async Task PushAsync(string name, string sample, params string[] more)
    {
        (await TryPushAsync(name, sample, [.. more, "-i", $"{InstancesOfEach}"])).Succeeded();
        Guids[name] = (await Cf.RunAsync("app", name, "--guid")).Succeeded().Trim();
    }

    private async Task<string?> MissingAsync(bool members)
    {
        foreach (var (app, guid) in Guids)
        {
            var running = Instances.Of(guid).Count;
            if (running != InstancesOfEach) return $"{app} has {running} instances instead of {InstancesOfEach}";
            var said = await Cf.RunAsync("app", app);
            if (!said.Output.Contains($"{InstancesOfEach}/{InstancesOfEach}", StringComparison.Ordinal)) return said.Output;
        }
        if (!members) return null;
        var (exitCode, status) = await Bed.Founder.RunAsync("status", "--config", Bed.Founder.ConfigurationFile);
        // During an upgrade that is the only thing to be said.
        return exitCode == 0 || status.Split("\n\n")[^1].Trim() is var problems && problems.StartsWith("Several versions run", StringComparison.Ordinal) && !problems.Contains('\n') ? null : status;
    }
}

[CollectionDefinition(nameof(OnChaosBed))]
public sealed class OnChaosBed : ICollectionFixture<ChaosBed>;
