namespace Tatara.Protocol.Tests;

public sealed class PortRangesTests
{
    [Theory]
    [InlineData("1024-1123", 100)]
    [InlineData("1024", 1)]
    [InlineData("1024-1026,2000, 2001-2001", 5)]
    [InlineData("1024-1030,1028-1031", 8)]
    public void TryParse_Ports_EachOnce(string text, int count)
    {
        PortRanges.TryParse(text, out var ports).ShouldBeTrue();
        ports.All.Count().ShouldBe(count);
        ports.All.ShouldAllBe(p => ports.Contains(p));
        ports.Contains(1023).ShouldBeFalse();
        PortRanges.TryParse(ports.ToString(), out var again).ShouldBeTrue();
        again.All.ShouldBe(ports.All);
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("1024-")]
    [InlineData("-1024")]
    [InlineData("1030-1024")]
    [InlineData("1024-1030-1040")]
    [InlineData("1024,,1025")]
    [InlineData("1024-65536")]
    [InlineData("x")]
    [InlineData("+1024")]
    public void TryParse_NoPorts_False(string text) => PortRanges.TryParse(text, out _).ShouldBeFalse();
}
