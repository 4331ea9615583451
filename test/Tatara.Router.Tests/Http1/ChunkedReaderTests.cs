using System.Text;
using Tatara.Router.Proxy.Http1;

namespace Tatara.Router.Tests.Http1;

public sealed class ChunkedReaderTests
{
    [Theory]
    [InlineData("0\r\n\r\n", "", "")]
    [InlineData("5\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n", "")]
    [InlineData("005;a=b;c=\"d\"\r\nhello\r\nA\r\n0123456789\r\n000\r\nX-Sum: 1\r\nY: 2\r\n\r\n", "5\r\nhello\r\na\r\n0123456789\r\n", "X-Sum: 1\r\nY: 2\r\n")]
    public void Read_WellFormedInAnyPieces_WritesCleanChunks(string input, string output, string trailers)
    {
        for (var piece = 1; piece <= input.Length; piece++)
        {
            var reader = new ChunkedReader();
            ReadAll(reader, input + "NEXT", piece, keepChunks: true).ShouldBe((ChunkedStatus.Done, output, "NEXT"));
            Encoding.Latin1.GetString(reader.Trailers).ShouldBe(trailers);
        }
    }

    [Fact]
    public void Read_WithoutChunks_WritesTheContent() =>
        ReadAll(new ChunkedReader(), "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", 3, keepChunks: false).ShouldBe((ChunkedStatus.Done, "hello!", ""));

    [Theory]
    [InlineData("\r\n")]
    [InlineData(" 5\r\nhello\r\n")]
    [InlineData("5 \r\nhello\r\n")]
    [InlineData("0x5\r\nhello\r\n")]
    [InlineData("+5\r\nhello\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("5\nhello\r\n")]
    [InlineData("5\r\rhello\r\n")]
    [InlineData("5\r\nhello\n")]
    [InlineData("5\r\nhello!\r\n")]
    [InlineData("5\r\nhelloX\n0\r\n\r\n")]
    [InlineData("5;a\n\r\nhello\r\n")]
    [InlineData("5;a\0\r\nhello\r\n")]
    [InlineData("5;a\rb\r\nhello\r\n")]
    [InlineData("1000000000000000\r\n")]
    [InlineData("0000000000000000005\r\nhello")]
    [InlineData("0\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("0\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("0\r\nHost: x\r\n\r\n")]
    [InlineData("0\r\n X: y\r\n\r\n")]
    [InlineData("0\r\nX: y\n\r\n")]
    [InlineData("0\r\nGET / HTTP/1.1\r\n\r\n")]
    [InlineData("0\r\n\n")]
    public void Read_Malformed_Refuses(string input)
    {
        for (var piece = 1; piece <= input.Length; piece++)
            ReadAll(new ChunkedReader(), input, piece, keepChunks: true).Status.ShouldBe(ChunkedStatus.Malformed, $"in pieces of {piece}");
    }

    [Fact]
    public void Read_EndlessExtension_Refuses() =>
        ReadAll(new ChunkedReader(), "5;" + new string('a', 1000), 10, keepChunks: true).Status.ShouldBe(ChunkedStatus.Malformed);

    [Fact]
    public void Read_EndlessTrailers_Refuses() =>
        ReadAll(new ChunkedReader(), "0\r\nX: " + new string('a', 10_000), 100, keepChunks: true).Status.ShouldBe(ChunkedStatus.Malformed);

    [Fact]
    public void Read_RandomChanges_NeverThrows()
    {
        var random = new Random(7);
        var seed = "5;a=b\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\nX: y\r\n\r\n";
        var reader = new ChunkedReader();
        for (var i = 0; i < 100_000; i++)
        {
            var bytes = Encoding.Latin1.GetBytes(seed);
            for (var j = random.Next(1, 4); j > 0; j--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            reader.Reset();
            ReadAll(reader, Encoding.Latin1.GetString(bytes), random.Next(1, 20), keepChunks: true);
        }
    }

    private static (ChunkedStatus Status, string Output, string Left) ReadAll(ChunkedReader reader, string input, int piece, bool keepChunks)
    {
        var bytes = Encoding.Latin1.GetBytes(input);
        var output = new StringBuilder();
        for (var at = 0; at < bytes.Length;)
        {
            var part = bytes.AsSpan(at, Math.Min(piece, bytes.Length - at));
            var buffer = new byte[part.Length + ChunkedReader.Overhead];
            var status = reader.Read(part, buffer, keepChunks, out var consumed, out var written);
            output.Append(Encoding.Latin1.GetString(buffer, 0, written));
            at += consumed;
            if (status != ChunkedStatus.More) return (status, output.ToString(), input[at..]);
        }
        return (ChunkedStatus.More, output.ToString(), "");
    }
}
