using Tatara.CloudController.Deas;

namespace Tatara.CloudController.Tests.Deas;

public sealed class PlacementTests
{
    private static readonly Demand Small = new(256, 512, "bookworm");

    [Fact]
    public void ForInstance_NobodyFits_Null()
    {
        DeaCandidate[] deas = [Dea("memory", memory: 255), Dea("disk", disk: 511), Dea("stack", stack: "other")];

        Placement.ForInstances(deas, "app", Small, 1, new Random(1)).ShouldBeEmpty();
    }

    [Fact]
    public void ForInstance_RefusesEverything_GetsNothing()
    {
        Placement.ForInstances([Dea("leaving") with { Refuses = "draining" }], "app", Small, 1, new Random(1)).ShouldBeEmpty();
        Placement.ForStaging([Dea("leaving") with { Refuses = "draining" }], Small, new Random(1)).ShouldBeNull();
    }

    [Fact]
    public void Explain_NobodyFits_SaysWhatEachLacks()
    {
        DeaCandidate[] deas = [Dea("a", memory: 255), Dea("b", disk: 511), Dea("c", stack: "other"), Dea("d") with { Refuses = "draining" }];

        Placement.Explain(deas, Small).ShouldBe(
            "a has 255 MB of memory free, b has 511 MB of disk free, c does not have the stack, d takes nothing new (draining)");
        Placement.Explain([], Small).ShouldBe("no DEA is there");
        Placement.Explain(Enumerable.Range(1, 9).Select(i => Dea($"dea-{i}", memory: 1)), Small).ShouldEndWith("dea-5 has 1 MB of memory free, and 4 more");
    }

    [Fact]
    public void ForInstance_ZonesDiffer_TakesTheZoneWithFewest()
    {
        DeaCandidate[] deas = [Dea("a", "z1", count: 1), Dea("b", "z1", memory: 9999), Dea("c", "z2", memory: 300)];

        Chosen(deas).ShouldBe(["c"]);
    }

    [Fact]
    public void ForInstance_SameZone_TakesTheDeasWithFewest()
    {
        DeaCandidate[] deas = [Dea("a", count: 2), Dea("b", count: 1), Dea("c", count: 2)];

        Chosen(deas).ShouldBe(["b"]);
    }

    [Fact]
    public void ForInstance_EquallyMany_TakesAnyOfTheUpperHalfByMemory()
    {
        DeaCandidate[] deas = [Dea("a", memory: 1000), Dea("b", memory: 4000), Dea("c", memory: 3000), Dea("d", memory: 2000), Dea("e", memory: 5000)];

        Chosen(deas).ShouldBe(["b", "c", "e"], ignoreOrder: true);
    }

    [Fact]
    public void ForStaging_ManyFit_TakesAnyOfTheFiveWithMostMemory()
    {
        var stagers = Enumerable.Range(1, 8).Select(i => Dea($"s{i}", memory: i * 1000)).ToArray();

        Enumerable.Range(0, 200).Select(seed => Placement.ForStaging(stagers, Small, new Random(seed))!.Id).Distinct()
            .ShouldBe(["s4", "s5", "s6", "s7", "s8"], ignoreOrder: true);
    }

    [Fact]
    public void ForInstances_Many_SpreadsThemOverZonesAndDeasUntilAllIsFull()
    {
        DeaCandidate[] deas = [Dea("a1") with { Zone = "a" }, Dea("a2") with { Zone = "a" }, Dea("b1") with { Zone = "b" }];
        var demand = new Demand(deas[0].Memory / 2, 1, deas[0].Stacks[0]);

        var placed = Placement.ForInstances(deas, "app", demand, 10, new Random(1));

        placed.Take(2).Select(id => id[0]).ShouldBe(['a', 'b'], ignoreOrder: true);
        placed.Take(4).Count(id => id == "b1").ShouldBe(2);
        placed.CountBy(id => id).ToDictionary().ShouldBe(new Dictionary<string, int> { ["a1"] = 2, ["a2"] = 2, ["b1"] = 2 }, ignoreOrder: true);
    }

    private static IEnumerable<string> Chosen(DeaCandidate[] deas) =>
        Enumerable.Range(0, 200).Select(seed => Placement.ForInstances(deas, "app", Small, 1, new Random(seed)).Single()).Distinct();

    private static DeaCandidate Dea(string id, string zone = "z1", long memory = 1024, long disk = 4096, int count = 0, string stack = "bookworm") =>
        new(id, zone, [stack], memory, disk, count == 0 ? new Dictionary<string, int>() : new() { ["app"] = count });
}
