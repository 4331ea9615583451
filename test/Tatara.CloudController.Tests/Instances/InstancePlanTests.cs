using Tatara.CloudController.Instances;

namespace Tatara.CloudController.Tests.Instances;

public sealed class InstancePlanTests
{
    [Fact]
    public void Make_NothingRuns_StartsAll() => InstancePlan.Make(null, 0, "v1", 3).ShouldBe(new(null, 0, 0, 0, 3));

    [Fact]
    public void Make_MoreWanted_StartsOnlyTheNew() => InstancePlan.Make("v1", 1, "v1", 3).ShouldBe(new(null, 3, 3, 1, 3));

    [Fact]
    public void Make_FewerWanted_StopsOnlyTheLast() => InstancePlan.Make("v1", 5, "v1", 2).ShouldBe(new(null, 2, 5, 2, 2));

    [Fact]
    public void Make_AllAsWanted_DoesNothing() => InstancePlan.Make("v1", 2, "v1", 2).ShouldBe(new(null, 2, 2, 2, 2));

    [Fact]
    public void Make_NewVersion_StopsTheOldAndStartsAll() => InstancePlan.Make("v1", 2, "v2", 3).ShouldBe(new("v1", 0, 0, 0, 3));

    [Fact]
    public void Make_NoneWanted_StopsWhatWasSent() => InstancePlan.Make("v1", 2, "v1", 0).ShouldBe(new("v1", 0, 0, 0, 0));
}
