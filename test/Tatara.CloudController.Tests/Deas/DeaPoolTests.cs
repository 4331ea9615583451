using Tatara.CloudController.Deas;
using Tatara.Protocol;
using Tatara.Testing;

namespace Tatara.CloudController.Tests.Deas;

public sealed class DeaPoolTests
{
    private static readonly Demand Half = new(512, 100, "bookworm");

    private readonly ManualTimeProvider _time = new();
    private readonly DeaPool _pool;

    public DeaPoolTests() => _pool = new DeaPool(_time);

    [Fact]
    public void PlaceInstance_AdvertisementOld_IsDropped()
    {
        _pool.OnAdvertise(Advertisement("a"));

        _time.Advance(TimeSpan.FromSeconds(11));

        _pool.PlaceInstance("app", Half).ShouldBeNull();
    }

    [Fact]
    public void PlaceInstance_UntilTheNextAdvertisement_SubtractsWhatItSent()
    {
        _pool.OnAdvertise(Advertisement("a"));

        Enumerable.Range(0, 3).Select(_ => _pool.PlaceInstance("app", Half)).ShouldBe(["a", "a", null]);
        _pool.OnAdvertise(Advertisement("a"));
        _pool.PlaceInstance("app", Half).ShouldBe("a");
    }

    [Fact]
    public void PlaceInstance_TwoDeas_SpreadsTheInstances()
    {
        _pool.OnAdvertise(Advertisement("a", 8192));
        _pool.OnAdvertise(Advertisement("b", 2048));

        Enumerable.Range(0, 4).Select(_ => _pool.PlaceInstance("app", Half)).GroupBy(id => id).ShouldAllBe(g => g.Count() == 2);
    }

    [Fact]
    public void PlaceStaging_FullOfInstances_FindsNoRoom()
    {
        _pool.OnAdvertise(Advertisement("a"));
        _pool.OnStagingAdvertise(Advertisement("a"));

        _pool.PlaceInstance("app", new(900, 100, "bookworm"));

        _pool.PlaceStaging(Half).ShouldBeNull();
    }

    [Fact]
    public void Distrust_Dea_GetsNothingUntilItSpeaksAgain()
    {
        _pool.OnAdvertise(Advertisement("a"));
        _pool.OnStagingAdvertise(Advertisement("a"));

        _pool.Distrust("a");

        _pool.PlaceInstance("app", Half).ShouldBeNull();
        _pool.PlaceStaging(Half).ShouldBeNull();
        _pool.OnAdvertise(Advertisement("a"));
        _pool.PlaceInstance("app", Half).ShouldBe("a");
    }

    [Fact]
    public void Remove_Dea_GetsNothingMore()
    {
        _pool.OnAdvertise(Advertisement("a"));
        _pool.OnStagingAdvertise(Advertisement("a"));

        _pool.Remove("a");

        _pool.PlaceInstance("app", Half).ShouldBeNull();
        _pool.PlaceStaging(Half).ShouldBeNull();
        _pool.StagerSeen("a").ShouldBeNull();
    }

    private static DeaAdvertisement Advertisement(string id, long memory = 1024) => new(id, ["bookworm"], memory, 10_000);
}
