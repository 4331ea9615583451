using System.Diagnostics;
using System.Text;
using Tatara.Dea.Tests.Fakes;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Logs;

public sealed class InstanceLogTests
{
    private static List<string> AppLines(DeaUnderTest dea) =>
        [.. dea.Bus.Logs.Where(l => l.SourceType == "APP/PROC/WEB").Select(l => Encoding.UTF8.GetString(l.Payload))];

    [Fact]
    public async Task Log_AppWrites_ArrivesSoonAndIsItsOwn()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(dea.StartMessage(index: 3));
        await Task.Delay(200);

        var clock = Stopwatch.StartNew();
        dea.Runtime.Containers.Single().Write("hello", "stderr");
        await Bus.UntilAsync(() => AppLines(dea).Contains("hello"), "the line arrives");

        clock.ElapsedMilliseconds.ShouldBeLessThan(200);
        var entry = dea.Bus.Logs.Single(l => l.SourceType == "APP/PROC/WEB");
        entry.SourceId.ShouldBe(DeaUnderTest.App);
        entry.InstanceId.ShouldBe("3");
        entry.Type.ShouldBe(LogTypes.Err);
    }

    [Fact]
    public async Task Log_BusAwayAndDeaRestarted_NothingIsLostOrDoubled()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(dea.StartMessage());
        var container = dea.Runtime.Containers.Single();

        for (var i = 0; i < 3000; i++) container.Write($"line {i}");
        await dea.Nats.KillAsync();
        for (var i = 3000; i < 6000; i++) container.Write($"line {i}");
        await dea.StopAsync();
        for (var i = 6000; i < 7000; i++) container.Write($"line {i}");
        await dea.Nats.StartAgainAsync();
        await dea.StartAgainAsync();
        await Bus.UntilAsync(() => AppLines(dea).Contains("line 6999"), "the last line arrives", 20);

        AppLines(dea).Where(l => l.StartsWith("line")).ShouldBe(Enumerable.Range(0, 7000).Select(i => $"line {i}"));
    }

    [Fact]
    public async Task Log_MonitorBeginsANewFile_GoesOn()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(dea.StartMessage());
        var container = dea.Runtime.Containers.Single();

        container.Write("first");
        await Bus.UntilAsync(() => AppLines(dea).Contains("first"), "the first line arrives");
        container.Write("second");
        File.WriteAllText(container.LogFile + ".tmp", "");
        File.Move(container.LogFile + ".tmp", container.LogFile, overwrite: true);
        container.Write("third");
        await Bus.UntilAsync(() => AppLines(dea).Contains("third"), "the third line arrives");

        AppLines(dea).ShouldBe(["first", "second", "third"]);
    }

    [Fact]
    public async Task Log_LastWords_ArriveBeforeTheContainerIsGone()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(dea.StartMessage());
        var container = dea.Runtime.Containers.Single();

        for (var i = 0; i < 5000; i++) container.Write($"line {i}");
        container.Write("no end of line", tag: "P");
        container.Exit(1);
        await Bus.UntilAsync(() => container.Destroyed, "the container is destroyed");

        AppLines(dea).ShouldContain("no end of line");
        AppLines(dea).Count(l => l.StartsWith("line")).ShouldBe(5000);
        dea.Bus.Logs.Where(l => l.SourceType == "CELL").Select(l => Encoding.UTF8.GetString(l.Payload)).ShouldContain("Container became healthy");
    }
}
