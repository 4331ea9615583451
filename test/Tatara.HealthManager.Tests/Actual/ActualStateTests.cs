using Tatara.HealthManager.Actual;
using Tatara.Protocol;

namespace Tatara.HealthManager.Tests.Actual;

public sealed class ActualStateTests : IInstanceObserver
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly ActualState _state;
    private readonly List<string> _heard = [];

    public ActualStateTests() => _state = new ActualState(TimeSpan.FromSeconds(5), this);

    [Fact]
    public void Apply_InstanceNamed_IsAliveAndAppearsOnce()
    {
        Heartbeat(0, "dea-1", Entry("a", 0, "STARTING"));
        Heartbeat(2, "dea-1", Entry("a", 0, "RUNNING"));

        Alive().ShouldBe("a");
        _state.Of("app")[0].RunningSince.ShouldBe(Start.AddSeconds(2));
        _heard.ShouldBe(["appeared a"]);
    }

    [Fact]
    public void Apply_InstanceNoLongerNamed_IsGone()
    {
        Heartbeat(0, "dea-1", Entry("a", 0), Entry("b", 1));
        Heartbeat(2, "dea-1", Entry("b", 1));

        Alive().ShouldBe("b");
        _heard.ShouldBe(["appeared a", "appeared b", "ended a"]);
    }

    [Fact]
    public void Apply_OtherDeasHeartbeat_TouchesNothing()
    {
        Heartbeat(0, "dea-1", Entry("a", 0));
        Heartbeat(2, "dea-2", Entry("b", 1));

        Alive().ShouldBe("a b");
    }

    [Fact]
    public void Apply_InstanceComesBackUnderAnotherDeaId_BelongsToThatOne()
    {
        Heartbeat(0, "dea-1", Entry("a", 0));
        Heartbeat(4, "dea-1b", Entry("a", 0));

        _state.Expire(At(7)).ShouldBe(["dea-1"]);

        Alive().ShouldBe("a");
        _heard.ShouldBe(["appeared a"]);
    }

    [Fact]
    public void Expire_DeaSilent_ItsInstancesEnd()
    {
        Heartbeat(0, "dea-1", Entry("a", 0));
        Heartbeat(4, "dea-2", Entry("b", 1));

        _state.Expire(At(5)).ShouldBeEmpty();
        _state.Expire(At(5.1)).ShouldBe(["dea-1"]);

        Alive().ShouldBe("b");
        _state.Expire(At(6)).ShouldBeEmpty();
    }

    [Fact]
    public void Leave_Dea_ItsInstancesEndButDoNotCrash()
    {
        Heartbeat(0, "dea-1", Entry("a", 0), Entry("b", 1));

        _state.Leave("dea-1", At(1));
        _state.Leave("nobody", At(1));

        Alive().ShouldBe("");
        _heard.ShouldBe(["appeared a", "appeared b", "ended a", "ended b"]);
    }

    [Fact]
    public void Exit_Repeated_CountsOnce()
    {
        Heartbeat(0, "dea-1", Entry("a", 0));
        Exit(1, "a", ExitReasons.Crashed);
        Exit(1, "a", ExitReasons.Crashed);

        _heard.ShouldBe(["appeared a", "ended a", "crashed 0"]);
    }

    [Fact]
    public void Exit_BeforeAnyHeartbeat_CountsToo()
    {
        Exit(1, "a", ExitReasons.Crashed);

        _heard.ShouldBe(["crashed 0"]);
    }

    [Fact]
    public void Exit_ThenALateHeartbeat_DoesNotRevive()
    {
        Heartbeat(0, "dea-1", Entry("a", 0));
        Exit(1, "a", ExitReasons.Crashed);
        Heartbeat(1, "dea-1", Entry("a", 0));

        Alive().ShouldBe("");
    }

    [Theory]
    [InlineData(ExitReasons.Stopped, "stopped 0")]
    [InlineData(ExitReasons.Crashed, "crashed 0")]
    [InlineData(ExitReasons.DeaEvacuation, null)]
    [InlineData(ExitReasons.DeaShutdown, null)]
    [InlineData("WHATEVER", null)]
    public void Exit_Reason_IsToldApart(string reason, string? heard)
    {
        Heartbeat(0, "dea-1", Entry("a", 0));
        Exit(1, "a", reason);

        _heard.ShouldBe(heard is null ? ["appeared a", "ended a"] : ["appeared a", "ended a", heard]);
    }

    [Fact]
    public void Exit_CrashedWhileEvacuating_IsNoCrash()
    {
        Heartbeat(0, "dea-1", Entry("a", 0, "EVACUATING"));
        Exit(1, "a", ExitReasons.Crashed);

        _heard.ShouldBe(["appeared a", "ended a"]);
    }

    [Fact]
    public void Crashed_InAHeartbeat_CountsOnceWhenTheExitWasLost()
    {
        Heartbeat(0, "dea-1", Entry("a", 0));
        Heartbeat(2, "dea-1", Entry("a", 0, "CRASHED"));
        Heartbeat(4, "dea-1", Entry("a", 0, "CRASHED"));
        Exit(5, "a", ExitReasons.Crashed);

        _heard.ShouldBe(["appeared a", "ended a", "crashed 0"]);
    }

    [Fact]
    public void Crashed_InAHeartbeatAfterItsExit_DoesNotCountAgain()
    {
        Heartbeat(0, "dea-1", Entry("a", 0));
        Exit(1, "a", ExitReasons.Crashed);
        for (var seconds = 2; seconds < 600; seconds += 2) Heartbeat(seconds, "dea-1", Entry("a", 0, "CRASHED"));

        _heard.ShouldBe(["appeared a", "ended a", "crashed 0"]);
    }

    [Fact]
    public void Crashed_BetweenTwoHeartbeats_CountsWhenTheExitWasLost()
    {
        Heartbeat(0, "dea-1");
        Heartbeat(2, "dea-1", Entry("a", 0, "CRASHED"));

        _heard.ShouldBe(["crashed 0"]);
    }

    [Fact]
    public void Crashed_InADeasFirstHeartbeat_IsOldNews()
    {
        Heartbeat(0, "dea-1", Entry("a", 0, "CRASHED"), Entry("b", 0, "CRASHED"));

        _heard.ShouldBeEmpty();
    }

    [Fact]
    public void Apply_NamedTwiceInOneHeartbeat_IsOne()
    {
        Heartbeat(0, "dea-1", Entry("a", 0), Entry("a", 0));
        Heartbeat(2, "dea-1", Entry("a", 0), Entry("a", 0));

        Alive().ShouldBe("a");
    }

    [Fact]
    public void Apply_EntriesOfNoUse_AreRefusedAndTheOthersKept()
    {
        var refused = _state.Apply(
            new DeaHeartbeat("dea-1",
            [
                Entry("a", 0), Entry("b", -1), Entry("c", MessageRules.MaxIndex + 1), Entry("", 1), Entry(new string('x', 1000), 1), null!,
                Entry("d", 1) with { Droplet = "" }, Entry("e", 1) with { StateTimestamp = double.PositiveInfinity },
            ]),
            At(0));

        refused.ShouldBe(7);
        Alive().ShouldBe("a");
    }

    [Fact]
    public void Apply_UnknownState_IsNotAlive()
    {
        Heartbeat(0, "dea-1", Entry("a", 0, "DANCING"));

        Alive().ShouldBe("");
        _heard.ShouldBeEmpty();
    }

    private static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    private static InstanceHeartbeat Entry(string instance, int index, string state = "RUNNING") => new("app", "v1", instance, index, state, 0);

    private void Heartbeat(double seconds, string dea, params InstanceHeartbeat[] entries) => _state.Apply(new DeaHeartbeat(dea, entries), At(seconds));

    private void Exit(double seconds, string instance, string reason) =>
        _state.Apply(new DropletExited("app", "v1", instance, 0, reason, 1, "exited"), At(seconds));

    private string Alive() => string.Join(' ', _state.Of("app").Select(i => i.Guid).Order());

    void IInstanceObserver.Appeared(ActualInstance instance, DateTimeOffset now) => _heard.Add($"appeared {instance.Guid}");

    void IInstanceObserver.Ended(ActualInstance instance, DateTimeOffset now) => _heard.Add($"ended {instance.Guid}");

    void IInstanceObserver.Crashed(string droplet, string version, int index, DateTimeOffset now) => _heard.Add($"crashed {index}");

    void IInstanceObserver.Stopped(string droplet, string version, int index, DateTimeOffset now) => _heard.Add($"stopped {index}");
}
