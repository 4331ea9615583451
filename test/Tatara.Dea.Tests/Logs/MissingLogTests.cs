using System.Text;
using Tatara.Dea.Tests.Fakes;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Logs;

/// <summary>Lines that never arrive: the app's owner is told.</summary>
public sealed class MissingLogTests
{
    private static List<string> AppLines(DeaUnderTest dea) =>
        [.. dea.Bus.Logs.Where(l => l.SourceType == "APP/PROC/WEB").Select(l => Encoding.UTF8.GetString(l.Payload))];

    private static DeaStartMessage WithLogRate(DeaStartMessage message, long rate) => message with { Limits = message.Limits with { LogRate = rate } };

    [Fact]
    public async Task Log_BeyondItsRate_IsDroppedCountedAndSaid()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(WithLogRate(dea.StartMessage(), 1000));
        var container = dea.Runtime.Containers.Single();

        for (var i = 0; i < 1000; i++) container.Write(new string('x', 100));
        await Bus.UntilAsync(() => AppLines(dea).Any(l => l.Contains("exceeded")), "the notice arrives");
        container.Exit(0);
        await Bus.UntilAsync(() => container.Destroyed, "the container is destroyed");

        await Bus.UntilAsync(() => Passed(dea) + Dropped(dea) == 1000, "every line is either there or counted");
        AppLines(dea).ShouldContain(l => l.StartsWith("app instance exceeded log rate limit (1000 bytes/sec): "));
        Dropped(dea).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Log_RateZero_NothingOfTheAppsArrives()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(WithLogRate(dea.StartMessage(), 0));
        var container = dea.Runtime.Containers.Single();

        container.Write("hello");
        container.Exit(1);
        await Bus.UntilAsync(() => AppLines(dea).Any(l => l.StartsWith("Instance crashed")), "the DEA's own word arrives");
        await Bus.UntilAsync(() => container.Destroyed, "the container is destroyed");

        AppLines(dea).ShouldBe(["Instance crashed: exited with status 1"]);
    }

    [Fact]
    public async Task Log_ReplacedBeforeItWasRead_WhatIsLostIsSaid()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(dea.StartMessage());
        var container = dea.Runtime.Containers.Single();
        container.Write("first");
        await Bus.UntilAsync(() => AppLines(dea).Contains("first"), "the first line arrives");
        var read = new FileInfo(container.LogFile).Length;

        // While the DEA is away the monitor fills files and throws them away.
        await dea.StopAsync();
        const long gone = 5 << 20;
        File.WriteAllText(container.LogFile + ".tmp", "");
        File.Move(container.LogFile + ".tmp", container.LogFile, overwrite: true);
        container.Write("last");
        container.LoggedBytes = read + gone + new FileInfo(container.LogFile).Length;
        await dea.StartAgainAsync();

        await Bus.UntilAsync(() => AppLines(dea).Contains("at least 5.0 MB of this log are lost: they were written faster than they could be delivered"), "the loss is said");
        await Bus.UntilAsync(() => AppLines(dea).Contains("last"), "the last line arrives");
    }

    [Fact]
    public async Task Log_FileReplacedButAllWasRead_NothingIsSaid()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(dea.StartMessage());
        var container = dea.Runtime.Containers.Single();
        container.Write("first");
        await Bus.UntilAsync(() => AppLines(dea).Contains("first"), "the first line arrives");
        // What it writes about the start is no log.
        container.LoggedBytes = new FileInfo(container.LogFile).Length + 120;

        File.WriteAllText(container.LogFile + ".tmp", "");
        File.Move(container.LogFile + ".tmp", container.LogFile, overwrite: true);
        container.Write("second");
        await Bus.UntilAsync(() => AppLines(dea).Contains("second"), "the second line arrives");

        AppLines(dea).ShouldBe(["first", "second"]);
    }

    private static int Passed(DeaUnderTest dea) => AppLines(dea).Count(l => l.StartsWith("xxx"));

    private static int Dropped(DeaUnderTest dea) =>
        AppLines(dea).Where(l => l.Contains("exceeded")).Sum(l => int.Parse(l.Split("): ")[1].Split(' ')[0]));
}
