using Tatara.Testing;
using Xunit.Abstractions;

namespace Tatara.ChaosTests;

/// <summary>
/// From the release before to this one, role by role, as docs/operations.md has it. Until the last role is new, both builds work on one bus, one
/// database and one bucket.
/// </summary>
[Collection(nameof(OnUpgradeBed))]
public sealed class UpgradeTests(UpgradeBed chaos, ITestOutputHelper output) : ChaosCase(chaos, output)
{
    [Fact]
    public async Task Upgrade_RoleByRole_NothingFailsAndNothingIsLost()
    {
        await using var writer = await Writer.StartAsync(Chaos, "upgraded");
        foreach (var host in Bed.Hosts)
        {
            host.Program = Platform.Program;
            foreach (var role in host.Plan.Roles)
                await SurviveAsync($"{role} of {host.Name} upgraded", 0, async () =>
                {
                    await host.StopAsync(role);
                    await host.StartAsync(role);
                });
            (await Chaos.TryPushAsync("both", "binary", "-b", "binary_buildpack")).Succeeded();
            await Chaos.DeleteAsync("both");
        }
        await writer.NothingIsLostAsync();
    }
}

/// <summary>A platform of the release before this one.</summary>
public sealed class UpgradeBed() : ChaosBed(62, Path.Combine(Platform.Root, "build", "previous", "tatara"));

[CollectionDefinition(nameof(OnUpgradeBed))]
public sealed class OnUpgradeBed : ICollectionFixture<UpgradeBed>;
