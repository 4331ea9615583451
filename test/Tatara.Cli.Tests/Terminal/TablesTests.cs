using Tatara.Cli.Terminal;

namespace Tatara.Cli.Tests.Terminal;

public sealed class TablesTests
{
    [Fact]
    public void Lines_WideAndPaintedCells_LineUp() =>
        Tables.Lines([["名前", "state"], ["\e[1mapp\e[0m", "started"], ["x", ""]]).ShouldBe(["名前   state", "\e[1mapp\e[0m    started", "x      "]);

    [Fact]
    public void KeyValueLines_LongValueOnTerminal_WrapsAtWords() =>
        Tables.KeyValueLines([("name:", "a"), ("routes:", "one.example, two.example")], 24).ShouldBe(["name:     a", "routes:   one.example,", "          two.example"]);

    [Fact]
    public void KeyValueLines_NoTerminal_DoesNotWrap() =>
        Tables.KeyValueLines([("routes:", new string('x', 300) + " y")], null).Count().ShouldBe(1);

    [Theory]
    [InlineData(0, "0B")]
    [InlineData(1023, "1023B")]
    [InlineData(1024, "1K")]
    [InlineData(1536, "1.5K")]
    [InlineData(134217728, "128M")]
    [InlineData(1073741824, "1G")]
    public void Format_Bytes_AsUsersWriteThem(long bytes, string expected) => ByteSize.Format(bytes).ShouldBe(expected);

    [Theory]
    [InlineData("256M", 256)]
    [InlineData("1g", 1024)]
    [InlineData("2GB", 2048)]
    [InlineData("1T", 1048576)]
    public void ParseMegabytes_Size_IsRead(string text, int expected) => ByteSize.ParseMegabytes(text).ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData("256")]
    [InlineData("10k")]
    [InlineData("1.5G")]
    [InlineData("-1M")]
    [InlineData("0M")]
    [InlineData("M")]
    [InlineData("99999999999G")]
    public void ParseMegabytes_NoSize_IsAUsageError(string text) => Should.Throw<UsageException>(() => ByteSize.ParseMegabytes(text));
}
