using Tatara.HealthManager.Analysis;

namespace Tatara.HealthManager.Tests.Analysis;

public sealed class RestartPolicyTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(4, 30)]
    [InlineData(5, 60)]
    [InlineData(6, 120)]
    [InlineData(7, 240)]
    [InlineData(8, 480)]
    [InlineData(9, 960)]
    [InlineData(10, 960)]
    [InlineData(1000, 960)]
    [InlineData(int.MaxValue, 960)]
    public void WaitAfter_Crashes_ThreeAtOnceThenDoubling(int crashes, int seconds) =>
        RestartPolicy.WaitAfter(crashes).ShouldBe(TimeSpan.FromSeconds(seconds));
}
