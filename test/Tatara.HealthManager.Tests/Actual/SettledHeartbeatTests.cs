using System.Text;
using System.Text.Json;
using Tatara.HealthManager.Actual;
using Tatara.HealthManager.Analysis;
using Tatara.Protocol;

namespace Tatara.HealthManager.Tests.Actual;

/// <summary>A heartbeat that says what the last one said is not read again, unless something else changed what is known.</summary>
public sealed class SettledHeartbeatTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(50);

    private readonly ActualState _actual = new(TimeSpan.FromSeconds(5), new Ledger(TimeSpan.FromSeconds(10)));

    [Fact]
    public void Again_SameBytes_KeepsTheDeaAlive()
    {
        Hear("dea", Now, "a", "b");

        HearAgain("dea", Now.AddSeconds(4), "a", "b").ShouldBeTrue();

        _actual.Expire(Now.AddSeconds(8)).ShouldBeEmpty();
        _actual.Of("app").Count.ShouldBe(2);
    }

    [Fact]
    public void Again_OtherBytesOrAnotherDea_HasToBeRead()
    {
        Hear("dea", Now, "a");

        HearAgain("dea", Now, "a", "b").ShouldBeFalse();
        HearAgain("other", Now, "a").ShouldBeFalse();
    }

    [Fact]
    public void Again_AfterAnExit_HasToBeRead()
    {
        Hear("dea", Now, "a", "b");
        _actual.Apply(new DropletExited("app", "v", "a", 0, ExitReasons.Crashed, 1, ""), Now);

        HearAgain("dea", Now, "a", "b").ShouldBeFalse();
        Hear("dea", Now, "a", "b");
        HearAgain("dea", Now, "a", "b").ShouldBeFalse("what is buried has to be kept buried");
    }

    [Fact]
    public void Again_AfterAnotherDeaNamedItsInstance_HasToBeRead()
    {
        Hear("dea", Now, "a");
        Hear("other", Now, "a");

        HearAgain("dea", Now, "a").ShouldBeFalse();
    }

    [Fact]
    public void Again_CrashedOrUnusableEntries_HaveToBeRead()
    {
        var entries = new[] { Entry("a"), Entry("b") with { State = InstanceStates.Crashed }, Entry("c") with { Index = -1 } };
        var body = Body("dea", entries);

        _actual.Apply(new DeaHeartbeat("dea", entries), Now, body);

        _actual.ApplyAgain("dea", body, Now).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"dea":"dea-1","droplets":[]}""", "dea-1")]
    [InlineData("""{"droplets":[],"dea":"dea-1"}""", null)]
    [InlineData("""{"dea":1}""", null)]
    [InlineData("[]", null)]
    [InlineData("\"dea\"", null)]
    public void DeaOf_Heartbeat_IsWhatItBeginsWith(string body, string? dea) => HeartbeatBody.DeaOf(Encoding.UTF8.GetBytes(body)).ShouldBe(dea);

    [Theory]
    [InlineData("")]
    [InlineData("{\"dea\":\"\\ud800")]
    [InlineData("nonsense")]
    public void DeaOf_NoJson_Throws(string body) => Should.Throw<JsonException>(() => HeartbeatBody.DeaOf(Encoding.UTF8.GetBytes(body)));

    private void Hear(string dea, DateTimeOffset now, params string[] instances) =>
        _actual.Apply(new DeaHeartbeat(dea, [.. instances.Select(Entry)]), now, Body(dea, [.. instances.Select(Entry)]));

    private bool HearAgain(string dea, DateTimeOffset now, params string[] instances) => _actual.ApplyAgain(dea, Body(dea, [.. instances.Select(Entry)]), now);

    private static InstanceHeartbeat Entry(string instance) => new("app", "v", instance, 0, InstanceStates.Running, 1);

    private static byte[] Body(string dea, InstanceHeartbeat[] entries) => JsonSerializer.SerializeToUtf8Bytes(new DeaHeartbeat(dea, entries), ProtocolJson.Default.DeaHeartbeat);
}
