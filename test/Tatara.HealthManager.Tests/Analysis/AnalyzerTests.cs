using Tatara.HealthManager.Actual;
using Tatara.HealthManager.Analysis;
using Tatara.HealthManager.Desired;
using Tatara.Protocol;

namespace Tatara.HealthManager.Tests.Analysis;

public sealed class AnalyzerTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Patience Patience = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(10));

    /// <summary>
    /// Each case: how many are wanted in version v1; what runs, as index, state (R, S, E; U runs and is not ready), version, seconds since it was first seen;
    /// crashes, as index, count, seconds until its start is due; what follows.
    /// </summary>
    [Theory]
    // missing
    [InlineData("nothing runs", 2, "", "", "start 0, start 1")]
    [InlineData("all run", 2, "0Rv1-60 1Rv1-60", "", "")]
    [InlineData("one is missing", 3, "0Rv1-60 2Rv1-60", "", "start 1")]
    [InlineData("a starting one is not missing", 1, "0Sv1-60", "", "")]
    [InlineData("a start is under way", 1, "", "0x0+5", "")]
    [InlineData("none wanted", 0, "", "", "")]
    // extra
    [InlineData("beyond the number", 1, "0Rv1-60 1Rv1-60 7Sv1-60", "", "stop 1, stop 7")]
    [InlineData("none wanted but one runs", 0, "0Rv1-60", "", "stop 0")]
    [InlineData("seen after desired state was fetched", 1, "0Rv1-60 1Rv1-1", "", "ask")]
    // version
    [InlineData("of another version", 1, "0Rv0-60", "", "stop 0, start 0")]
    [InlineData("of another version beside the right one", 1, "0Rv0-60 0Rv1-60", "", "stop 0")]
    [InlineData("of a version that is newer than what is known", 1, "0Rv1-60 0Sv2-1", "", "ask")]
    // crashed
    [InlineData("crashed thrice: at once", 1, "", "0x3+0", "start 0")]
    [InlineData("crashed four times: waits", 1, "", "0x4+30", "")]
    [InlineData("crashed four times and waited", 1, "", "0x4+0", "start 0")]
    [InlineData("all down and flapping: one is tried", 3, "", "0x4+0 1x4+0 2x4+0", "start 0")]
    [InlineData("all down and flapping: no other is tried before the first is due", 3, "", "0x5+30 1x4+0 2x4+0", "")]
    [InlineData("one runs: every flapping one that is due is tried", 3, "0Rv1-60", "1x4+0 2x9+0", "start 1, start 2")]
    [InlineData("the one that is tried only starts: the others wait", 3, "0Sv1-60", "0x4+0 1x4+0 2x4+0", "")]
    [InlineData("some flap, some do not", 3, "", "0x4+0 1x1+0 2x4+0", "start 0, start 1")]
    [InlineData("the first index runs in another version only", 2, "0Rv0-60", "0x4+0 1x4+0", "stop 0, start 0")]
    // duplicate
    [InlineData("two of one index, just now", 1, "0Rv1-60 0Rv1-6", "", "")]
    [InlineData("two of one index, for long: the younger goes", 1, "0Rv1-60 0Rv1-20", "", "stop duplicate 0/1")]
    [InlineData("who runs stays, however young", 1, "0Sv1-60 0Rv1-20", "", "stop duplicate 0/0")]
    [InlineData("of three one goes", 1, "0Rv1-60 0Rv1-30 0Rv1-20", "", "stop duplicate 0/2")]
    [InlineData("duplicates of two indices", 2, "0Rv1-60 0Rv1-30 1Rv1-60 1Rv1-20", "", "stop duplicate 0/1, stop duplicate 1/3")]
    [InlineData("duplicates beyond the number all go", 0, "0Rv1-60 0Rv1-30", "", "stop 0, stop 0")]
    // evacuating
    [InlineData("leaves: a successor is started", 1, "0Ev1-60", "", "start 0")]
    [InlineData("leaves: a successor was ordered", 1, "0Ev1-60", "0x0+5", "")]
    [InlineData("leaves while the successor starts", 1, "0Ev1-60 0Sv1-4", "", "")]
    [InlineData("leaves and the successor runs", 1, "0Ev1-60 0Rv1-4", "", "stop duplicate 0/0")]
    [InlineData("leaves and the successor runs, but gets no requests yet", 1, "0Ev1-60 0Uv1-4", "", "")]
    [InlineData("leaves and was not wanted", 1, "0Rv1-60 1Ev1-60", "", "stop 1")]
    [InlineData("two leave and one successor runs", 1, "0Ev1-60 0Ev1-50 0Rv1-4", "", "stop duplicate 0/1, stop duplicate 0/0")]
    [InlineData("a leaving one does not make the others run", 2, "0Ev1-60", "0x4+0 1x4+0", "start 0")]
    public void Analyze_Case_Follows(string name, int wanted, string running, string crashes, string expected)
    {
        var desired = new DesiredProcess("app", "v1", wanted, IsStaged: true, default, IsSettled: true);

        Describe(Run(desired, Instances(running), History(crashes))).ShouldBe(expected, name);
    }

    [Fact]
    public void Analyze_NotDesired_EverythingThatWasSeenBeforeIsStopped() =>
        Describe(Run(null, Instances("0Rv1-60 3Sv7-60 1Ev1-60 5Rv1-1"), null)).ShouldBe("stop 0, stop 3, stop 1, ask");

    [Fact]
    public void Analyze_NotStaged_NothingIsDone() =>
        Describe(Run(new DesiredProcess("app", "v1", 2, IsStaged: false, default, IsSettled: true), Instances("0Rv0-60 5Rv1-60"), null)).ShouldBe("");

    [Theory]
    [InlineData(14, "")]
    [InlineData(15, "stop 1")]
    public void Analyze_StopWasOrdered_IsOrderedAgainAfterAWhile(int secondsAgo, string expected)
    {
        var instances = Instances("0Rv1-60 1Rv1-60");
        instances[1].StopOrdered = Now.AddSeconds(-secondsAgo);

        Describe(Run(new DesiredProcess("app", "v1", 1, true, default, true), instances, null)).ShouldBe(expected);
    }

    [Fact]
    public void Analyze_OneDuplicateIsBeingStopped_TheNextWaits()
    {
        var instances = Instances("0Rv1-60 0Rv1-30 0Rv1-20");
        instances[2].StopOrdered = Now.AddSeconds(-1);

        Describe(Run(new DesiredProcess("app", "v1", 1, true, default, true), instances, null)).ShouldBe("");
    }

    [Theory]
    [InlineData("", 1.0)]
    [InlineData("0Sv1-60", 1.0)]
    [InlineData("0Rv1-60", 0.75)]
    [InlineData("0Rv1-60 1Rv1-60 2Rv1-60", 0.25)]
    public void Analyze_Missing_UrgencyIsTheShareThatDoesNotRun(string running, double urgency) =>
        Run(new DesiredProcess("app", "v1", 4, true, default, true), Instances(running), null).Starts.ShouldAllBe(s => s.Urgency == urgency);

    [Fact]
    public void LimitStarts_Many_TheMostUrgentStay()
    {
        var orders = new Orders();
        for (var i = 0; i < 10; i++) orders.Starts.Add(new StartOrder($"app-{i}", "v1", 0, i / 10.0));

        orders.LimitStarts(2);

        orders.Starts.Select(s => s.Droplet).ShouldBe(["app-9", "app-8"]);
    }

    private static Orders Run(DesiredProcess? desired, IReadOnlyList<ActualInstance> actual, ProcessHistory? history)
    {
        var orders = new Orders();
        Analyzer.Analyze(new Situation(desired, Now.AddSeconds(-5), actual, history, Now), Patience, orders);
        return orders;
    }

    private static List<ActualInstance> Instances(string text)
    {
        var instances = new List<ActualInstance>();
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var state = word[1] switch { 'R' or 'U' => InstanceState.Running, 'S' => InstanceState.Starting, _ => InstanceState.Evacuating };
            var seen = Now.AddSeconds(-int.Parse(word[5..]));
            var instance = new ActualInstance(
                new InstanceHeartbeat("app", word[2..4], instances.Count.ToString(), word[0] - '0', state.ToWire(), 0), "dea", seen);
            instance.Update(state, 0, "dea", 1, seen, isReady: word[1] != 'U');
            instances.Add(instance);
        }
        return instances;
    }

    private static ProcessHistory History(string text)
    {
        var history = new ProcessHistory();
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            history[word[0] - '0'] = new IndexHistory(Now.AddSeconds(int.Parse(word[4..])), word[2] - '0', Now);
        return history;
    }

    private static string Describe(Orders orders) => string.Join(", ",
        [
            .. orders.Stops.Select(s => s.IsDuplicate ? $"stop duplicate {s.Instance.Index}/{s.Instance.Guid}" : $"stop {s.Instance.Index}"),
            .. orders.Starts.Select(s => $"start {s.Index}"),
            .. orders.NeedsNewerDesired ? ["ask"] : Array.Empty<string>(),
        ]);
}
