using Tatara.AcceptanceTests.Machines;
using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>
/// A platform for several tests: on this machine alone, or with TATARA_TEST_PLATFORM=cluster on the hosts of a test bed. Tests of what only
/// one machine has or can do bear the trait Platform=<see cref="OneMachineOnly"/>, and do not run on a bed.
/// </summary>
public abstract class PlatformFixture(string name, int number, int deas) : IAsyncLifetime
{
    public const string OneMachineOnly = "one machine";

    /// <summary>Number of the first bed; each fixture has its own.</summary>
    private const int FirstBed = 70;

    private readonly Dictionary<string, Cf> _logins = new(StringComparer.Ordinal);

    /// <summary>Through one of its routers.</summary>
    public Platform Platform => Machines.Routers[0];

    internal IMachines Machines { get; private set; } = null!;

    /// <summary>
    /// cf, logged in as the administrator in an organization of that name. Each login takes seconds, so all tests that ask for it get the same
    /// one: they leave its target alone, and do not dispose of it.
    /// </summary>
    internal async Task<Cf> LoggedInAsync(string organization) => _logins.TryGetValue(organization, out var cf)
        ? cf : _logins[organization] = await Cf.LoggedInAsync(Platform, organization);

    public async Task InitializeAsync() => Machines = Environment.GetEnvironmentVariable("TATARA_TEST_PLATFORM") switch
    {
        null or "" => await OneMachine.StartAsync(name, number, deas),
        "cluster" => await ManyHosts.StartAsync(FirstBed + number),
        var other => throw new InvalidOperationException($"TATARA_TEST_PLATFORM is '{other}'; it can be 'cluster', or be left out."),
    };

    public async Task DisposeAsync()
    {
        foreach (var cf in _logins.Values) cf.Dispose();
        if (Machines is not null) await Machines.DisposeAsync();
    }
}

/// <summary>For all tests that leave it running as it runs.</summary>
public sealed class SharedPlatform() : PlatformFixture("acceptance", 1, deas: 1);

[CollectionDefinition(nameof(OnSharedPlatform))]
public sealed class OnSharedPlatform : ICollectionFixture<SharedPlatform>;

/// <summary>For tests that break or stop parts of it, and leave it whole.</summary>
public sealed class HarmedPlatform() : PlatformFixture("harmed", 2, deas: 2);

[CollectionDefinition(nameof(OnHarmedPlatform))]
public sealed class OnHarmedPlatform : ICollectionFixture<HarmedPlatform>;
