using System.Text;
using Tatara.Dea.Logs;

namespace Tatara.Dea.Tests.Logs;

public sealed class ContainerLogParserTests
{
    private const string Time = "2026-01-02T03:04:05.123456789+00:00";

    private static (List<ContainerLogLine> Lines, ContainerLogParser Parser, int Consumed) Parse(string text)
    {
        var parser = new ContainerLogParser([], []);
        var lines = new List<ContainerLogLine>();
        var consumed = parser.Parse(Encoding.UTF8.GetBytes(text), lines);
        return (lines, parser, consumed);
    }

    private static string Text(ContainerLogLine line) => Encoding.UTF8.GetString(line.Text);

    [Fact]
    public void Parse_WholeLine_KeepsTimeStreamAndText()
    {
        var line = Parse($"{Time} stderr F it broke\n").Lines.Single();

        line.Timestamp.ShouldBe(1767323045123456789);
        line.IsError.ShouldBeTrue();
        Text(line).ShouldBe("it broke");
    }

    [Fact]
    public void Parse_Parts_AreJoinedPerStream()
    {
        var lines = Parse($"{Time} stdout P one \n{Time} stderr F between\n{Time} stdout F two\n").Lines;

        lines.Select(Text).ShouldBe(["between", "one two"]);
    }

    [Fact]
    public void Parse_CarriageReturnAndEmptyLines_AreLeftOut()
    {
        Parse($"{Time} stdout F dos\r\n{Time} stdout F \n{Time} stdout F \r\n").Lines.Select(Text).ShouldBe(["dos"]);
    }

    [Fact]
    public void Parse_HalfARecord_IsLeftForLater()
    {
        var (lines, _, consumed) = Parse($"{Time} stdout F a\n{Time} stdo");

        lines.Count.ShouldBe(1);
        consumed.ShouldBe($"{Time} stdout F a\n".Length);
    }

    [Fact]
    public void Parse_EndlessLine_IsSplitBetweenCharacters()
    {
        var text = "x" + string.Concat(Enumerable.Repeat("é", ContainerLogParser.MaxLineBytes));

        var (lines, _, _) = Parse($"{Time} stdout F {text}\n");

        lines.Count.ShouldBe(3);
        lines.ShouldAllBe(l => l.Text.Length <= ContainerLogParser.MaxLineBytes);
        string.Concat(lines.Select(Text)).ShouldBe(text);
    }

    [Fact]
    public void Parse_LocalZoneAndRubbish_AreUnderstoodAndSkipped()
    {
        var (lines, _, _) = Parse($"rubbish\n\n2026-01-02T05:04:05.5+02:00 stdout F a\n");

        lines.Single().Timestamp.ShouldBe(1767323045500000000);
    }

    [Fact]
    public void Finish_PendingPart_BecomesALine()
    {
        var (lines, parser, _) = Parse($"{Time} stdout P prompt> \n");

        lines.ShouldBeEmpty();
        Encoding.UTF8.GetString(parser.PendingOut).ShouldBe("prompt> ");
        parser.Finish(lines);
        Text(lines.Single()).ShouldBe("prompt> ");
    }
}
