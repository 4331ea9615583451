using Tatara.MessageBus;
using Tatara.Protocol;
using static Tatara.LogCache.Tests.RunningLogCache;

namespace Tatara.LogCache.Tests;

public sealed class IngressTests(Identities identities) : IClassFixture<Identities>
{
    [Fact]
    public async Task Batch_Repeated_LinesAreThereOnce()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        LogEntry[] entries = [Entry("a", Now), Entry("b", Now)];

        (await cache.SendAsync("s", 7, entries)).ShouldBe(9);
        (await cache.SendAsync("s", 7, entries)).ShouldBe(9);
        (await cache.SendAsync("s", 8, Entry("b", Now), Entry("c", Now))).ShouldBe(10);

        (await cache.LinesAsync()).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task Batch_RepeatedAfterRestart_LinesAreThereOnce()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        await cache.SendAsync("s", 0, "a", "b");

        await cache.RestartAsync();

        (await cache.SendAsync("s", 0, "a", "b", "c")).ShouldBe(3);
        (await cache.LinesAsync()).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task Batch_Late_FillsItsGapOnce()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        var t = Now - 1_000_000;

        (await cache.SendAsync("s", 2, Entry("c", t + 2), Entry("d", t + 3))).ShouldBe(4);
        (await cache.SendAsync("s", 0, Entry("a", t), Entry("b", t + 1))).ShouldBe(2);
        await cache.RestartAsync();
        (await cache.SendAsync("s", 0, [.. "abcd".Select((c, i) => Entry(c.ToString(), t + i))])).ShouldBe(4);

        (await cache.LinesAsync()).ShouldBe(["a", "b", "c", "d"]);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(-30)]
    public async Task Batch_OfAClockThatIsWrong_LinesHaveTheTimeTheyWereSent(int ahead)
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        var before = Now;
        var wrong = before + ahead * 1_000_000_000L;

        await cache.SendAsync(new LogBatch("s", 0, [Entry("a", wrong - 1_000_000), Entry("b", wrong)], Sent: wrong));

        (await cache.LinesAsync()).ShouldBe(["a", "b"]);
        var times = (await cache.BatchAsync()).ConvertAll(line => long.Parse(line.GetProperty("timestamp").GetString()!));
        times[1].ShouldBeInRange(before, Now);
        (times[1] - times[0]).ShouldBe(1_000_000);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(-30)]
    public async Task Batches_OfAClockThatIsWrong_LinesStayInOrderHoweverLongEachWasOnItsWay(int ahead)
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        const long second = 1_000_000_000;
        var wrong = Now + ahead * second;

        await cache.SendAsync(new LogBatch("s", 0, [Entry("a", wrong - 3 * second)], Sent: wrong - 2 * second));
        await cache.SendAsync(new LogBatch("s", 1, [Entry("b", wrong - 2 * second)], Sent: wrong));

        (await cache.LinesAsync()).ShouldBe(["a", "b"]);
        var times = (await cache.BatchAsync()).ConvertAll(line => long.Parse(line.GetProperty("timestamp").GetString()!));
        (times[1] - times[0]).ShouldBe(second);
    }

    [Fact]
    public async Task Batches_OfAClockThatIsPutRight_LinesHaveTheirTimeAgain()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        var (right, wrong) = (Now, Now + 30_000_000_000);

        await cache.SendAsync(new LogBatch("s", 0, [Entry("a", wrong)], Sent: wrong));
        await cache.SendAsync(new LogBatch("s", 1, [Entry("b", right)], Sent: right));

        (await cache.BatchAsync()).Select(line => line.GetProperty("timestamp").GetString()).ShouldContain($"{right}");
    }

    [Fact]
    public async Task Batch_OfAClockThatDiffersLittle_LinesKeepTheirTime()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        var line = Entry("a", Now - 1_000_000_000);

        await cache.SendAsync(new LogBatch("s", 0, [line], Sent: line.Timestamp));

        (await cache.BatchAsync()).ShouldHaveSingleItem().GetProperty("timestamp").GetString().ShouldBe($"{line.Timestamp}");
    }

    [Fact]
    public async Task Batch_OfManyApps_EachGetsItsOwn()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        LogEntry[] entries = [Entry("a1", Now, "a"), Entry("b1", Now, "b"), Entry("a2", Now, "a")];

        await cache.SendAsync("router", 0, entries);
        await cache.SendAsync("router", 0, entries);

        (await cache.LinesAsync(source: "a")).ShouldBe(["a1", "a2"]);
        (await cache.LinesAsync(source: "b")).ShouldBe(["b1"]);
    }

    [Fact]
    public async Task Batch_OfAnInstanceAfterAnother_HasItsOwnNumbers()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);

        await cache.SendAsync("one", 0, "a");
        await cache.SendAsync("two", 0, "b");

        (await cache.LinesAsync()).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("../../../etc/passwd")]
    [InlineData("a/b\\c")]
    [InlineData("..")]
    [InlineData("\0\n")]
    [InlineData("アプリ 🔥")]
    [InlineData("CON")]
    public async Task Batch_HostileSourceId_StaysInItsDirectory(string source)
    {
        await using var cache = await RunningLogCache.StartAsync(identities);

        await cache.SendAsync("s", 0, Entry("line", Now, source));
        await cache.RestartAsync();

        cache.Store.Read(source, new(0, long.MaxValue, 10, false, [], false)).Count.ShouldBe(1);
        var file = cache.SegmentFiles().ShouldHaveSingleItem();
        Path.GetRelativePath(cache.Options.DataDirectory, file).ShouldMatch("^sources/[0-9a-f]{32}/0000000001.log$");
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Batch_OddEntries_AreSkippedAndAcknowledged()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);

        var next = await cache.SendAsync("s", 0,
            Entry("no source", Now, ""), Entry("long source", Now, new string('x', 201)), Entry("long instance", Now, instance: new string('x', 201)), Entry("good", Now));

        next.ShouldBe(4);
        (await cache.LinesAsync()).ShouldBe(["good"]);
        (await cache.SendAsync("s", -5, "negative")).ShouldBe(-4);
        (await cache.SendAsync("s", long.MaxValue, "overflow")).ShouldBe(long.MinValue);
        (await cache.LinesAsync()).ShouldBe(["good"]);
    }

    [Fact]
    public async Task Batch_GiantPayload_IsCutAndBinaryIsKept()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        byte[] binary = [0, 255, 128, 10, 0xC3];

        await cache.SendAsync("s", 0, new LogEntry(App, "0", "APP", Now, "OUT", new byte[500_000]), new LogEntry(App, "0", "APP", Now + 1, "OUT", binary), new LogEntry(App, "0", "APP", Now + 2, "OUT", []));

        var payloads = (await cache.BatchAsync()).ConvertAll(e => e.GetProperty("log").GetProperty("payload").GetBytesFromBase64());
        payloads.ConvertAll(p => p.Length).ShouldBe([64 * 1024, 5, 0]);
        payloads[1].ShouldBe(binary);
    }

    [Fact]
    public async Task Batch_ImpossibleTimestamps_BecomeNow()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);

        await cache.SendAsync("s", 0, Entry("a", long.MaxValue), Entry("b", -1), Entry("c", long.MinValue), Entry("d", Now + 3_600_000_000_000));

        (await cache.LinesAsync()).ShouldBe(["a", "b", "c", "d"]);
    }

    [Fact]
    public async Task Batch_Unreadable_DoesNotStopTheNext()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        await cache.SendAsync("s", 0, "a");
        await using var other = new NatsConnection(cache.Options.Bus with { Json = System.Text.Json.JsonSerializerOptions.Web });

        await other.PublishAsync(Subjects.Logs, "nonsense");
        await other.PublishAsync(Subjects.Logs, new Dictionary<string, string?> { ["stream"] = null });
        await other.ConnectAsync();

        (await cache.SendAsync("s", 1, "b")).ShouldBe(2);
        (await cache.LinesAsync()).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Batch_ManyOfAHundredApps_ComeThrough()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        await Parallel.ForEachAsync(Enumerable.Range(0, 100), async (app, _) =>
        {
            for (var batch = 0; batch < 5; batch++)
                await cache.SendAsync($"s{app}", batch * 100, [.. Enumerable.Range(0, 100).Select(i => Entry($"{batch * 100 + i}", Now, $"app{app}"))]);
        });

        for (var app = 0; app < 100; app++)
            (await cache.LinesAsync(source: $"app{app}")).Order(Comparer<string>.Create((a, b) => int.Parse(a) - int.Parse(b))).ShouldBe(Enumerable.Range(0, 500).Select(i => $"{i}"));
    }
}
