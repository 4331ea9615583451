using Tatara.CloudController.Builds;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Tests.Builds;

public sealed class BuildHealthTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly StagingTimes Times = new();

    [Theory]
    [InlineData(1, nameof(BuildVerdict.Send))]
    [InlineData(11, nameof(BuildVerdict.NoRoom))]
    public void Judge_NobodyHasIt_LooksForAWhile(int age, string verdict) => Judge(Build(age)).ToString().ShouldBe(verdict);

    [Theory]
    [InlineData(4, 4, nameof(BuildVerdict.Wait))]
    [InlineData(6, 6, nameof(BuildVerdict.Send))]
    [InlineData(26, 6, nameof(BuildVerdict.NotTaken))]
    public void Judge_SentButNotTaken_SendsAgainForAWhile(int age, int sent, string verdict) =>
        Judge(Build(age, sent: sent)).ToString().ShouldBe(verdict);

    [Theory]
    [InlineData(800, 1, nameof(BuildVerdict.Wait))]
    [InlineData(931, 1, nameof(BuildVerdict.Expired))]
    [InlineData(100, 21, nameof(BuildVerdict.Lost))]
    public void Judge_Started_LooksAtTheClockAndAtTheDea(int started, int seen, string verdict) =>
        Judge(Build(1000, sent: 1000, started: started), seen: Now.AddSeconds(-seen)).ToString().ShouldBe(verdict);

    [Theory]
    [InlineData(5, nameof(BuildVerdict.Wait))]
    [InlineData(21, nameof(BuildVerdict.Lost))]
    public void Judge_AfterARestart_GivesTheDeaTimeToSpeak(int listening, string verdict) =>
        Judge(Build(100, sent: 100, started: 100), listening: Now.AddSeconds(-listening)).ToString().ShouldBe(verdict);

    [Fact]
    public void Judge_AfterARestart_AsksTheDeaOnce()
    {
        var build = Build(100, sent: 100, started: 100);
        Judge(build, listening: Now.AddSeconds(-2), seen: Now.AddSeconds(-1)).ShouldBe(BuildVerdict.Send);

        build.UpdatedAt = Now.AddSeconds(-1);
        Judge(build, listening: Now.AddSeconds(-2), seen: Now.AddSeconds(-1)).ShouldBe(BuildVerdict.Wait);
    }

    private static BuildVerdict Judge(Build build, DateTimeOffset? listening = null, DateTimeOffset? seen = null) =>
        BuildHealth.Judge(build, Now, listening ?? Now.AddDays(-1), seen, Times);

    private static Build Build(int age, int? sent = null, int? started = null) => new()
    {
        AppGuid = "app",
        PackageGuid = "package",
        CreatedAt = Now.AddSeconds(-age),
        UpdatedAt = Now.AddSeconds(-(sent ?? age)),
        DeaId = sent is null ? null : "dea",
        StartedAt = started is null ? null : Now.AddSeconds(-started.Value),
    };
}
