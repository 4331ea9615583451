using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tatara.Dea.Tests.Fakes;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Real;

/// <summary>What buildpacks print, and stagings that wait for one another.</summary>
public sealed class StagingOutputTests
{
    private static async Task<RealDea> StartAsync(string compile, int concurrency = 2)
    {
        var dea = await RealDea.StartAsync(o => o with { Staging = o.Staging with { Concurrency = concurrency } });
        dea.AddZip("package", TinyApp.Package);
        dea.AddZip("never", TinyApp.NeverDetects);
        dea.AddZip("test", [.. TinyApp.Buildpack.Where(f => f.Item1 is "bin/detect!" or "bin/release!"), ("bin/compile!", "#!/bin/bash\n" + compile + "\n")]);
        return dea;
    }

    private static List<byte[]> Printed(RealDea dea) =>
        [.. dea.Bus.Logs.Where(l => l.SourceType == "STG").Select(l => l.Payload).SkipWhile(p => !p.AsSpan().SequenceEqual("begin"u8)).TakeWhile(p => !p.AsSpan().StartsWith("Exit status"u8))];

    [Fact]
    public async Task Stage_OddOutput_ArrivesByteForByte()
    {
        await using var dea = await StartAsync("""
            echo begin
            perl -e 'print "x" x 200_000, "\n"'
            printf 'a\0b\377\x01c\n'
            printf 'the end' >&2
            """);

        var reply = await dea.StageAsync(dea.StagingMessage());

        reply.Error.ShouldBeNull();
        var lines = Printed(dea);
        var huge = lines.Skip(1).TakeWhile(l => l[0] == 'x').ToList();
        huge.Sum(l => l.Length).ShouldBe(200_000);
        lines[1 + huge.Count].ShouldBe([(byte)'a', 0, (byte)'b', 0xFF, 1, (byte)'c']);
        lines[^1].ShouldBe("the end"u8.ToArray());
    }

    [Fact]
    public async Task Stage_MuchOutputOfBothKindsAtOnce_ArrivesWholeAndInOrder()
    {
        await using var dea = await StartAsync("echo begin; for i in {1..20000}; do echo line $i; echo error $i >&2; done");

        var reply = await dea.StageAsync(dea.StagingMessage());

        reply.Error.ShouldBeNull();
        var lines = Printed(dea).Select(Encoding.UTF8.GetString).Skip(1).ToList();
        lines.ShouldBe([.. Enumerable.Range(1, 20_000).SelectMany(i => (string[])[$"line {i}", $"error {i}"])]);
    }

    [Fact]
    public async Task Stage_MoreOutputThanAllowed_IsDroppedCountedAndSaid()
    {
        await using var dea = await StartAsync("echo begin; for i in {1..2000}; do echo line $i; done");
        var message = dea.StagingMessage();
        var resources = message.Properties.Resources with { LogRate = 4096 };

        var reply = await dea.StageAsync(message with { Properties = message.Properties with { Resources = resources } });

        reply.Error.ShouldBeNull();
        var lines = Printed(dea).Select(Encoding.UTF8.GetString).ToList();
        var dropped = lines.Select(l => Regex.Match(l, @"^staging exceeded log rate limit \(4096 bytes/sec\): (\d+) lines dropped$")).Where(m => m.Success).ToList();
        dropped.ShouldNotBeEmpty();
        (lines.Count(l => l.StartsWith("line ", StringComparison.Ordinal)) + dropped.Sum(m => int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture))).ShouldBe(2000);
    }

    [Fact]
    public async Task Stage_MoreThanRunAtATime_WaitsSaysSoAndGoesOn()
    {
        await using var dea = await StartAsync("echo begin; until [ -e $2/../go ] || [ -n \"$GO\" ]; do sleep 0.1; done", concurrency: 1);
        var first = dea.StageAsync(dea.StagingMessage());
        await Bus.UntilAsync(() => dea.StagingLines().Contains("begin"), "it is being staged", 20);
        var second = dea.StageAsync(dea.StagingMessage(environment: "GO=yes") with { AppId = "other" });
        await Bus.UntilAsync(() => dea.StagingLines().Contains("Waiting for other stagings on dea-real to end: 1 run at a time"), "it waits", 20);

        await dea.Bus.Connection.PublishAsync(Subjects.StagingStop, new StagingStopMessage(RealDea.App));

        (await first).Error.ShouldBe("Staging was cancelled");
        (await second).Error.ShouldBeNull();
    }

    [Fact]
    public async Task Stage_StoppedWhileItWaits_AnswersAndLeavesNothing()
    {
        await using var dea = await StartAsync("echo begin; sleep 1000", concurrency: 1);
        var first = dea.StageAsync(dea.StagingMessage());
        await Bus.UntilAsync(() => dea.StagingLines().Contains("begin"), "it is being staged", 20);
        var second = dea.StageAsync(dea.StagingMessage(timeout: 2) with { AppId = "second" });
        var third = dea.StageAsync(dea.StagingMessage() with { AppId = "third" });
        await Bus.UntilAsync(() => dea.StagingLines().Count(l => l.StartsWith("Waiting")) == 2, "they wait", 20);

        await dea.Bus.Connection.PublishAsync(Subjects.StagingStop, new StagingStopMessage("third"));

        (await third).Error.ShouldBe("Staging was cancelled");
        (await second).ErrorInfo.ShouldBe(new StagingErrorInfo("StagingTimeExpired", "Staging waited 2 s for others to end"));
        await dea.Bus.Connection.PublishAsync(Subjects.StagingStop, new StagingStopMessage(RealDea.App));
        (await first).Error.ShouldBe("Staging was cancelled");
        await Bus.UntilAsync(() => Directory.GetFileSystemEntries(Path.Combine(dea.Options.DataDirectory, "staging")).Length == 0, "nothing is left");
    }
}
