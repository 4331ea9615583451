using Xunit.Abstractions;

namespace Tatara.ChaosTests;

/// <summary>Nothing passes between hosts for a while; each goes on with whom it reaches.</summary>
[Collection(nameof(OnChaosBed))]
public sealed class PartitionTests(ChaosBed chaos, ITestOutputHelper output) : ChaosCase(chaos, output)
{
    /// <summary>Longer than a DEA may be silent and than a lease lives.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(12);

    [Fact]
    public Task CellFromEverybody_RunsEachInstanceOnceAfterwards()
    {
        var cell = Bed["cell-1"];
        return SurviveAsync("a DEA's host cut off for 15 s, and healed", Traffic.Users, async () =>
        {
            foreach (var other in Bed.Hosts.Where(host => host != cell)) await Bed.PartAsync(cell, other);
            await Task.Delay(TimeSpan.FromSeconds(15));
            await Bed.HealAsync();
        });
    }

    /// <summary>The router asks other instances than those it cannot reach; only what was under way there may be lost.</summary>
    [Fact, Trait("Suite", "Short")]
    public Task RouterFromCell_AsksOtherInstances() => PartAsync("edge-2", "cell-3", Traffic.Users);

    [Fact]
    public Task RouterAndNatsFromCell_AsksOtherInstances() => PartAsync("edge-1", "cell-1", Traffic.Users);

    /// <summary>No request goes there: none may fail. Servers of the bus that do not reach each other, split who hears whom.</summary>
    [Theory]
    [InlineData("control-1", "control-2"), InlineData("control-1", "edge-1"), InlineData("control-2", "edge-1")]
    [InlineData("control-1", "cell-1"), InlineData("control-2", "cell-2"), InlineData("cell-1", "cell-2"), InlineData("edge-1", "edge-2")]
    public Task Others_NoRequestFails(string one, string other) => PartAsync(one, other, 0);

    /// <summary>A Cloud Controller without its stores is left out; apps need neither.</summary>
    [Theory]
    [InlineData("control-1"), InlineData("control-2")]
    public Task ControlFromStores_NoRequestFails(string control) => SurviveAsync($"{control} and the stores apart for {Apart.TotalSeconds:0} s", 0, async () =>
    {
        await Bed.PartFromStoresAsync(Bed[control]);
        await Task.Delay(Apart);
        await Bed.HealAsync();
    });

    private Task PartAsync(string one, string other, int lost) => SurviveAsync($"{one} and {other} apart for {Apart.TotalSeconds:0} s", lost, async () =>
    {
        await Bed.PartAsync(Bed[one], Bed[other]);
        await Task.Delay(Apart);
        await Bed.HealAsync();
    });
}
