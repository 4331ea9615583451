using Tatara.Dea.Logs;

namespace Tatara.Dea.Tests.Logs;

public sealed class LogRateLimitTests
{
    private static ContainerLogLine Line(double second, int bytes) => new((long)(second * 1e9), IsError: false, new byte[bytes]);

    [Fact]
    public void Admits_WithinTheRate_Everything()
    {
        var limit = new LogRateLimit(100, default);

        Enumerable.Range(0, 50).ShouldAllBe(i => limit.Admits(Line(10 + i, 100)));
        limit.TakeNotice().ShouldBeNull();
    }

    [Fact]
    public void Admits_TooMuch_TheRestOfThatSecondIsDroppedAndCounted()
    {
        var limit = new LogRateLimit(100, default);

        limit.Admits(Line(10.0, 60)).ShouldBeTrue();
        limit.Admits(Line(10.1, 60)).ShouldBeFalse();
        limit.Admits(Line(10.2, 1)).ShouldBeFalse();
        limit.Admits(Line(11.0, 60)).ShouldBeTrue();

        limit.TakeNotice().ShouldBe("app instance exceeded log rate limit (100 bytes/sec): 2 lines dropped");
        limit.TakeNotice().ShouldBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(-1L)]
    public void Admits_NoLimit_Everything(long? rate)
    {
        var limit = new LogRateLimit(rate, default);

        Enumerable.Range(0, 50).ShouldAllBe(i => limit.Admits(Line(10, 1 << 20)));
    }

    [Fact]
    public void Admits_Zero_NothingAndNothingIsSaid()
    {
        var limit = new LogRateLimit(0, default);

        limit.Admits(Line(10, 1)).ShouldBeFalse();
        limit.TakeNotice().ShouldBeNull();
    }

    [Fact]
    public void Admits_SameLinesFromWhereAnEarlierLimitStood_SameAnswers()
    {
        ContainerLogLine[] lines = [.. Enumerable.Range(0, 400).Select(i => Line(10 + (i * 0.013), 1 + (i * 7 % 40)))];
        var whole = new LogRateLimit(300, default);
        var expected = lines.Select(whole.Admits).ToList();

        var first = new LogRateLimit(300, default);
        var answers = lines[..137].Select(first.Admits).ToList();
        var second = new LogRateLimit(300, first.Second);
        answers.AddRange(lines[137..].Select(second.Admits));

        answers.ShouldBe(expected);
        expected.ShouldContain(true);
        expected.ShouldContain(false);
    }
}
