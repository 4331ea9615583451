using System.Net;
using System.Text;
using Tatara.Router.ProxyProtocol;

namespace Tatara.Router.Tests.ProxyProtocol;

public sealed class ProxyHeaderTests
{
    private static readonly byte[] Signature = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    [Theory]
    [InlineData("PROXY TCP4 192.168.0.1 10.0.0.2 56324 443\r\n", "192.168.0.1:56324", "10.0.0.2:443")]
    [InlineData("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255:65535", "255.255.255.255:65535")]
    [InlineData("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n", "0.0.0.0:0", "0.0.0.0:0")]
    [InlineData("PROXY TCP6 ::1 2001:db8::2 1 2\r\n", "[::1]:1", "[2001:db8::2]:2")]
    [InlineData("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535")]
    [InlineData("PROXY UNKNOWN\r\n", null, null)]
    [InlineData("PROXY UNKNOWN ffff::1 whatever 1 2\r\n", null, null)]
    public void TryRead_Line_SaysWhoAndLeavesTheRest(string line, string? source, string? destination)
    {
        var bytes = Encoding.ASCII.GetBytes(line + "GET / HTTP/1.1\r\n");
        ProxyHeader.TryRead(bytes, out var header, out var length).ShouldBe(ProxyHeaderStatus.Complete);
        length.ShouldBe(line.Length);
        header.Source?.ToString().ShouldBe(source);
        header.Destination?.ToString().ShouldBe(destination);
        IsIncompleteUntil(bytes, length);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("PROXY\r\n")]
    [InlineData("PROXY \r\n")]
    [InlineData("PROXY TCP4\r\n")]
    [InlineData("proxy TCP4 1.1.1.1 2.2.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 1.1.1.1 2.2.2.2 1 2\n")]
    [InlineData("PROXY TCP4  1.1.1.1 2.2.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 1.1.1.1 2.2.2.2 1 2 \r\n")]
    [InlineData("PROXY TCP4 1.1.1.1 2.2.2.2 1\r\n")]
    [InlineData("PROXY TCP4 1.1.1.1 2.2.2.2 1 65536\r\n")]
    [InlineData("PROXY TCP4 1.1.1.1 2.2.2.2 01 2\r\n")]
    [InlineData("PROXY TCP4 1.1.1.1 2.2.2.2 -1 2\r\n")]
    [InlineData("PROXY TCP4 01.1.1.1 2.2.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 1 2.2.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 1.1.1 2.2.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 0x7f.0.0.1 2.2.2.2 1 2\r\n")]
    [InlineData("PROXY TCP4 ::1 ::2 1 2\r\n")]
    [InlineData("PROXY TCP6 1.1.1.1 2.2.2.2 1 2\r\n")]
    [InlineData("PROXY TCP6 fe80::1%eth0 ::2 1 2\r\n")]
    [InlineData("PROXY TCP6 [::1] ::2 1 2\r\n")]
    [InlineData("PROXY UDP4 1.1.1.1 2.2.2.2 1 2\r\n")]
    [InlineData("PROXY UNKNOWNX\r\n")]
    [InlineData("PROXY UNKNOWN this line is far too long for what it could be in version one of the protocol, as 107 bytes are all\r\n")]
    public void TryRead_WrongLine_IsInvalid(string line) =>
        ProxyHeader.TryRead(Encoding.ASCII.GetBytes(line), out _, out _).ShouldBe(ProxyHeaderStatus.Invalid);

    [Fact]
    public void TryRead_Binary_SaysWho()
    {
        byte[] v4 = [.. Signature, 0x21, 0x11, 0, 12, 192, 168, 0, 1, 10, 0, 0, 2, 0xDC, 0x04, 0x01, 0xBB];
        ProxyHeader.TryRead([.. v4, 9, 9], out var header, out var length).ShouldBe(ProxyHeaderStatus.Complete);
        (header.Source, header.Destination, length).ShouldBe((IPEndPoint.Parse("192.168.0.1:56324"), IPEndPoint.Parse("10.0.0.2:443"), v4.Length));
        IsIncompleteUntil(v4, v4.Length);

        byte[] v6 = [.. Signature, 0x21, 0x21, 0, 36 + 5, .. IPAddress.Parse("2001:db8::1").GetAddressBytes(), .. IPAddress.IPv6Loopback.GetAddressBytes(), 0, 1, 0, 2, 4, 0, 2, 7, 7];
        ProxyHeader.TryRead(v6, out header, out length).ShouldBe(ProxyHeaderStatus.Complete);
        (header.Source, header.Destination, length).ShouldBe((IPEndPoint.Parse("[2001:db8::1]:1"), IPEndPoint.Parse("[::1]:2"), v6.Length));
        IsIncompleteUntil(v6, v6.Length);
    }

    [Theory]
    [InlineData(0x20, 0x11)] // LOCAL
    [InlineData(0x21, 0x00)] // of nothing known
    [InlineData(0x21, 0x12)] // UDP
    [InlineData(0x21, 0x31)] // a Unix socket
    public void TryRead_BinaryOfNobody_IsCompleteWithoutAnAddress(byte command, byte family)
    {
        ProxyHeader.TryRead([.. Signature, command, family, 0, 2, 1, 1, 5], out var header, out var length).ShouldBe(ProxyHeaderStatus.Complete);
        (header.Source, length).ShouldBe((null, 18));
    }

    [Theory]
    [InlineData(0x11, 0x11, 0, 12)] // version 1
    [InlineData(0x22, 0x11, 0, 12)] // a command that does not exist
    [InlineData(0x21, 0x11, 0, 11)] // too short for its addresses
    [InlineData(0x21, 0x21, 0, 35)]
    [InlineData(0x21, 0x11, 0xFF, 0xFF)] // longer than anybody needs
    public void TryRead_WrongBinary_IsInvalid(byte command, byte family, byte high, byte low) =>
        ProxyHeader.TryRead([.. Signature, command, family, high, low, .. new byte[64]], out _, out _).ShouldBe(ProxyHeaderStatus.Invalid);

    [Fact]
    public void TryRead_AnyBytes_NeverThrowsNorReadsBeyond()
    {
        var random = new Random(7);
        byte[][] seeds =
        [
            Encoding.ASCII.GetBytes("PROXY TCP4 192.168.0.1 10.0.0.2 56324 443\r\nGET / HTTP/1.1\r\n"),
            [.. Signature, 0x21, 0x11, 0, 12, 192, 168, 0, 1, 10, 0, 0, 2, 0xDC, 0x04, 0x01, 0xBB, 1, 2, 3],
            [.. Signature, 0x21, 0x21, 0, 36, .. new byte[40]],
        ];
        for (var i = 0; i < 200_000; i++)
        {
            var bytes = seeds[random.Next(seeds.Length)].ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var cut = bytes.AsSpan(0, random.Next(bytes.Length + 1));
            var status = ProxyHeader.TryRead(cut, out _, out var length);
            if (status == ProxyHeaderStatus.Complete) length.ShouldBeInRange(1, cut.Length);
        }
    }

    private static void IsIncompleteUntil(byte[] bytes, int length)
    {
        for (var i = 0; i < length; i++) ProxyHeader.TryRead(bytes.AsSpan(0, i), out _, out _).ShouldBe(ProxyHeaderStatus.Incomplete, $"after {i} bytes");
    }
}
