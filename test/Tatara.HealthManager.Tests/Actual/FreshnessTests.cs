using Tatara.HealthManager.Actual;

namespace Tatara.HealthManager.Tests.Actual;

public sealed class FreshnessTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Freshness _freshness = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10));

    [Fact]
    public void IsFresh_NeverListened_IsNot() => _freshness.IsFresh(Start).ShouldBeFalse();

    [Fact]
    public void IsFresh_FirstTime_OnlyAfterTheSettleTime()
    {
        Listen(0);

        FirstFresh(30).ShouldBe(10);
    }

    [Fact]
    public void IsFresh_BusBack_AfterTheTimeToLive()
    {
        Listen(0);
        FirstFresh(30).ShouldBe(10);
        _freshness.Deafen();
        _freshness.IsFresh(At(31)).ShouldBeFalse();

        Listen(40);

        FirstFresh(60, from: 40).ShouldBe(45);
    }

    [Fact]
    public void IsFresh_BusBackDuringTheSettleTime_TheSettleTimeStays()
    {
        Listen(0);
        Listen(1);

        FirstFresh(30).ShouldBe(10);
    }

    [Fact]
    public void IsFresh_NobodyIsHeard_IsNot()
    {
        Listen(0);
        FirstFresh(30).ShouldBe(10);

        for (var second = 31; second <= 35; second++) Tick(second).ShouldBeFalse();
        _freshness.IsFresh(At(35)).ShouldBeTrue();
        _freshness.IsFresh(At(36)).ShouldBeFalse();
    }

    [Fact]
    public void Tick_AfterASleep_KnowledgeIsOldAgain()
    {
        Listen(0);
        FirstFresh(30).ShouldBe(10);

        Tick(60).ShouldBeTrue();

        FirstFresh(80, from: 60).ShouldBe(65);
    }

    private static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    private void Listen(double seconds) => _freshness.Listen(At(seconds));

    private bool Tick(double seconds) => _freshness.Tick(At(seconds));

    /// <summary>Heartbeats and ticks every second; the first second in which it was fresh.</summary>
    private int? FirstFresh(int end, int from = 0)
    {
        int? first = null;
        for (var second = from; second <= end; second++)
        {
            Tick(second);
            _freshness.Heard(At(second));
            if (_freshness.IsFresh(At(second))) first ??= second;
        }
        return first;
    }
}
