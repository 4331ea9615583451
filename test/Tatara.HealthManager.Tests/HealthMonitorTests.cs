using Tatara.HealthManager.Desired;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Testing;

namespace Tatara.HealthManager.Tests;

public sealed class HealthMonitorTests
{
    private static readonly HealthManagerOptions Options = new()
    {
        Bus = new NatsOptions { Servers = ["unused:1"], Password = "bus-s3cret" },
        CloudControllerUrl = new Uri("http://unused"),
        BulkPassword = "bulk-s3cret",
    };

    private readonly ManualTimeProvider _clock = new();
    private readonly HealthMonitor _monitor;

    public HealthMonitorTests()
    {
        _monitor = new HealthMonitor(Options, _clock);
        _monitor.Listen();
        _monitor.Learn(new Dictionary<string, DesiredProcess> { ["app"] = new("app", "v1", 2, true, default, true) }, _monitor.Now);
    }

    [Fact]
    public void Hear_Crash_AnswersWithTheStartAtOnceAndOnlyOnce()
    {
        Settle();

        _monitor.Hear(Exit("a", ExitReasons.Crashed)).Starts.ShouldHaveSingleItem().Index.ShouldBe(0);

        _monitor.Hear(Exit("a", ExitReasons.Crashed)).Starts.ShouldBeEmpty();
        _monitor.Tick().Orders.Starts.ShouldBeEmpty();
    }

    [Fact]
    public void Hear_CrashBeforeKnowledgeIsFresh_WaitsUntilItIs()
    {
        Pass(3);
        _monitor.Hear(Exit("a", ExitReasons.Crashed)).Starts.ShouldBeEmpty();
        _monitor.Hear(new DeaHeartbeat("dea-1", [Running("b", 1)]));

        Pass(20, "b").ShouldBe(["app 0"]);
    }

    [Theory]
    [InlineData(ExitReasons.DeaShutdown, true)]
    [InlineData(ExitReasons.DeaEvacuation, true)]
    [InlineData(ExitReasons.Stopped, false)]
    public void Hear_ExitWithoutFault_IsReplacedAtOnceUnlessItWasAskedFor(string reason, bool atOnce)
    {
        Settle();

        _monitor.Hear(Exit("a", reason)).Starts.Count.ShouldBe(atOnce ? 1 : 0);
    }

    [Fact]
    public void HearFarewell_Dea_ItsInstancesAreReplacedAtTheNextTick()
    {
        Settle();
        _monitor.Hear(new DeaHeartbeat("dea-2", []));

        _monitor.HearFarewell("dea-1");

        _monitor.Tick().Orders.Starts.Count.ShouldBe(2);
    }

    [Fact]
    public void HearChange_BeforeItIsFetched_NothingIsOrdered()
    {
        Settle();

        _monitor.HearChange("app");

        _monitor.Hear(Exit("a", ExitReasons.Crashed)).Starts.ShouldBeEmpty();
    }

    [Fact]
    public void Describe_Crashed_TellsInstancesAndCrashes()
    {
        Settle();
        _monitor.Hear(Exit("a", ExitReasons.Crashed));

        var answer = _monitor.Describe(new AppStateRequest("app", "v1"))!;

        answer.InstanceHeartbeats.ShouldHaveSingleItem().Instance.ShouldBe("b");
        answer.CrashCounts.ShouldHaveSingleItem().ShouldBe(new CrashCount("app", "v1", 0, 1, _clock.GetUtcNow().ToUnixTimeSeconds()));
    }

    [Fact]
    public void Describe_UnknownApp_IsEmpty()
    {
        Settle();

        _monitor.Describe(new AppStateRequest("other", "v1"))!.InstanceHeartbeats.ShouldBeEmpty();
    }

    [Fact]
    public void Describe_NotFresh_SaysNothing() => _monitor.Describe(new AppStateRequest("app", "v1")).ShouldBeNull();

    [Fact]
    public void Options_Printed_HidePasswords() => Options.ToString().ShouldNotContain("s3cret");

    [Fact]
    public void Options_ThatContradictEachOther_AreRefused()
    {
        Options.Validate();
        HealthManagerOptions[] wrong =
        [
            Options with { BulkPassword = "" },
            Options with { BulkUser = "a:b" },
            Options with { CloudControllerUrl = new Uri("/relative", UriKind.Relative) },
            Options with { BulkBatchSize = 0 },
            Options with { MaxStartsPerAnalysis = 0 },
            Options with { AnalysisInterval = TimeSpan.Zero },
            Options with { AnalysisInterval = TimeSpan.FromSeconds(3) },
            Options with { SettleTime = TimeSpan.FromSeconds(1) },
            Options with { DuplicateGrace = TimeSpan.FromSeconds(5) },
            Options with { StartGrace = TimeSpan.Zero },
            Options with { DesiredTimeToLive = TimeSpan.FromSeconds(30) },
        ];

        foreach (var options in wrong) Should.Throw<ArgumentException>(options.Validate);
    }

    private static InstanceHeartbeat Running(string instance, int index) => new("app", "v1", instance, index, InstanceStates.Running, 1);

    private static DropletExited Exit(string instance, string reason) => new("app", "v1", instance, 0, reason, 1, "ended");

    private void Settle() => Pass(15, "a", "b").ShouldBeEmpty();

    /// <summary>Seconds with ticks, and heartbeats when a DEA holds something; what was ordered to start meanwhile.</summary>
    private List<string> Pass(int seconds, params string[] instances)
    {
        var ordered = new List<string>();
        for (var step = 0; step < seconds * 2; step++)
        {
            _clock.Advance(TimeSpan.FromSeconds(0.5));
            if (instances.Length > 0) _monitor.Hear(new DeaHeartbeat("dea-1", [.. instances.Select(i => Running(i, i[0] - 'a'))]));
            ordered.AddRange(_monitor.Tick().Orders.Starts.Select(s => $"{s.Droplet} {s.Index}"));
        }
        return ordered.Distinct().ToList();
    }
}
