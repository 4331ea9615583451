using System.Text;
using Tatara.Router.Proxy.Http1;

namespace Tatara.Router.Tests.Http1;

public sealed class RequestHeadTests
{
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "/", "/", "a")]
    [InlineData("GET /x/y?q=/z HTTP/1.1\r\nhOST:\t A.b-c_d:8080 \r\n\r\n", "/x/y?q=/z", "/x/y", "A.b-c_d")]
    [InlineData("GET http://a.b/x?y HTTP/1.1\r\nHost: A.b\r\n\r\n", "/x?y", "/x", "a.b")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a.\r\n\r\n", "*", "*", "a")]
    [InlineData("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "/", "/", "[::1]")]
    [InlineData("GET /\u00e9 HTTP/1.0\r\nHost: a\r\nX: \u00e9\r\n\r\n", "/\u00e9", "/\u00e9", "a")]
    public void Parse_WellFormed_FindsTargetAndHost(string head, string target, string path, string host)
    {
        var request = new RequestHead(10);

        Parse(request, head).ShouldBe(HeadStatus.Complete);

        Text(request, request.Target).ShouldBe(target);
        Text(request, request.Path).ShouldBe(path);
        Text(request, request.Host).ShouldBe(host);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\nContent-Length: 5")]
    [InlineData("Content-Length: 5\r\nContent-Length: 6")]
    [InlineData("Content-Length: 5, 5")]
    [InlineData("Content-Length: +5")]
    [InlineData("Content-Length: -5")]
    [InlineData("Content-Length: 0x5")]
    [InlineData("Content-Length: 5 5")]
    [InlineData("Content-Length: 99999999999999999999")]
    [InlineData("Content-Length:")]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 5")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")]
    [InlineData("Content-Length : 5")]
    [InlineData("Transfer-Encoding : chunked")]
    [InlineData(" Transfer-Encoding: chunked")]
    [InlineData("X: a\r\n b: c")]
    [InlineData("X: a\r\n\tb")]
    [InlineData("X: a\nTransfer-Encoding: chunked")]
    [InlineData("X: a\rTransfer-Encoding: chunked")]
    [InlineData("X: a\0b")]
    [InlineData("X\0: a")]
    [InlineData("X")]
    [InlineData(": a")]
    [InlineData("X(y): a")]
    [InlineData("X\u00e9: a")]
    [InlineData("Host: b")]
    [InlineData("Host: a")]
    public void Parse_AmbiguousFields_Refuses(string fields) =>
        Parse(new RequestHead(10), $"POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n").ShouldBe(HeadStatus.Malformed);

    [Theory]
    [InlineData("Transfer-Encoding: gzip, chunked")]
    [InlineData("Transfer-Encoding: chunked, identity")]
    [InlineData("Transfer-Encoding: xchunked")]
    [InlineData("Transfer-Encoding: \"chunked\"")]
    [InlineData("Transfer-Encoding: identity")]
    [InlineData("Transfer-Encoding:")]
    public void Parse_OtherTransferEncodings_Refuses(string field) =>
        Parse(new RequestHead(10), $"POST / HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n").ShouldBe(HeadStatus.UnsupportedEncoding);

    [Theory]
    [InlineData("GET  / HTTP/1.1", HeadStatus.Malformed)]
    [InlineData("GET /a b HTTP/1.1", HeadStatus.Malformed)]
    [InlineData("GET /#a HTTP/1.1", HeadStatus.Malformed)]
    [InlineData("GET /\0 HTTP/1.1", HeadStatus.Malformed)]
    [InlineData("GET\t/ HTTP/1.1", HeadStatus.Malformed)]
    [InlineData("G(T / HTTP/1.1", HeadStatus.Malformed)]
    [InlineData("GET / http/1.1", HeadStatus.Malformed)]
    [InlineData("GET / HTTP/1.1 ", HeadStatus.Malformed)]
    [InlineData("GET /", HeadStatus.Malformed)]
    [InlineData("GET x HTTP/1.1", HeadStatus.Malformed)]
    [InlineData("GET * HTTP/1.1", HeadStatus.Malformed)]
    [InlineData("CONNECT a:80 HTTP/1.1", HeadStatus.Malformed)]
    [InlineData("GET http://b/ HTTP/1.1", HeadStatus.Malformed)]
    [InlineData("GET http://a@b/ HTTP/1.1", HeadStatus.Malformed)]
    [InlineData("GET http://a:81/ HTTP/1.1", HeadStatus.Malformed)]
    [InlineData("GET ftp://a/ HTTP/1.1", HeadStatus.Malformed)]
    [InlineData("GET / HTTP/2.0", HeadStatus.UnsupportedVersion)]
    [InlineData("GET / HTTP/1.2", HeadStatus.UnsupportedVersion)]
    [InlineData("GET / HTTP/0.9", HeadStatus.UnsupportedVersion)]
    [InlineData("GET / HTTP/1.10", HeadStatus.Malformed)]
    public void Parse_BadRequestLine_Refuses(string line, object status) =>
        Parse(new RequestHead(10), $"{line}\r\nHost: a\r\n\r\n").ShouldBe((HeadStatus)status);

    [Theory]
    [InlineData("HTTP/1.1\r\n", HeadStatus.Malformed)]
    [InlineData("HTTP/1.0\r\n", HeadStatus.EmptyHost)]
    [InlineData("HTTP/1.1\r\nHost:\r\n", HeadStatus.EmptyHost)]
    [InlineData("HTTP/1.1\r\nHost: a/b\r\n", HeadStatus.Malformed)]
    [InlineData("HTTP/1.1\r\nHost: a@b\r\n", HeadStatus.Malformed)]
    [InlineData("HTTP/1.1\r\nHost: a, b\r\n", HeadStatus.Malformed)]
    [InlineData("HTTP/1.1\r\nHost: a:x\r\n", HeadStatus.Malformed)]
    [InlineData("HTTP/1.1\r\nHost: :80\r\n", HeadStatus.Malformed)]
    [InlineData("HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n", HeadStatus.Malformed)]
    public void Parse_BadHost_Refuses(string rest, object status) => Parse(new RequestHead(10), $"GET / {rest}\r\n").ShouldBe((HeadStatus)status);

    [Fact]
    public void Parse_TooManyFields_Refuses() =>
        Parse(new RequestHead(2), "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\n\r\n").ShouldBe(HeadStatus.TooLarge);

    [Theory]
    [InlineData("1.1", "", false)]
    [InlineData("1.1", "Connection: Keep-Alive, Close\r\n", true)]
    [InlineData("1.0", "", true)]
    [InlineData("1.0", "Connection: keep-alive\r\n", false)]
    public void Parse_Connection_SaysWhetherTheClientCloses(string version, string field, bool closes)
    {
        var request = new RequestHead(10);
        Parse(request, $"GET / HTTP/{version}\r\nHost: a\r\n{field}\r\n").ShouldBe(HeadStatus.Complete);
        request.Closes.ShouldBe(closes);
    }

    [Fact]
    public void Fill_BytesInAnyPieces_FindsTheSameHeadAndLeavesTheRest()
    {
        const string text = "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\nGET /next";
        for (var split = 1; split < text.Length - 1; split++)
        {
            var buffer = new HeadBuffer(16, 4096);
            var status = Fill(buffer, text[..split]);
            if (status == HeadStatus.Incomplete) status = Fill(buffer, text[split..]);
            else buffer.Keep([.. buffer.Rest.ToArray(), .. Encoding.Latin1.GetBytes(text[split..])]);

            status.ShouldBe(HeadStatus.Complete);
            Encoding.Latin1.GetString(buffer.Rest.Span).ShouldBe("GET /next");
            Encoding.Latin1.GetString(buffer.Head).ShouldBe(text[..^9]);
            buffer.Next().ShouldBe(HeadStatus.Incomplete);
            Fill(buffer, " HTTP/1.1\r\n\r\n").ShouldBe(HeadStatus.Complete);
            Encoding.Latin1.GetString(buffer.Head).ShouldBe("GET /next HTTP/1.1\r\n\r\n");
            buffer.Release();
        }
    }

    [Fact]
    public void Fill_MoreThanTheLimit_IsTooLarge()
    {
        var buffer = new HeadBuffer(16, 100);
        Fill(buffer, new string('a', 101)).ShouldBe(HeadStatus.TooLarge);
    }

    [Fact]
    public void Parse_RandomChanges_NeverThrowsNorReadsPastTheHead()
    {
        var random = new Random(7);
        var seed = Encoding.Latin1.GetBytes("POST http://a.b/c?d HTTP/1.1\r\nHost: a.b\r\nContent-Length: 12\r\nConnection: x, close\r\nCookie: a=b; c\r\nUpgrade: y\r\n\r\n");
        var request = new RequestHead(20);
        for (var i = 0; i < 200_000; i++)
        {
            var bytes = seed.ToArray();
            for (var j = random.Next(1, 5); j > 0; j--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            Parse(request, Encoding.Latin1.GetString(bytes));
        }
    }

    private static HeadStatus Parse(RequestHead request, string head)
    {
        var buffer = new HeadBuffer(256, 64 * 1024);
        var status = Fill(buffer, head);
        if (status == HeadStatus.Complete) status = request.Parse(buffer);
        return status;
    }

    /// <summary>As a connection does: whatever fits is read at once.</summary>
    private static HeadStatus Fill(HeadBuffer buffer, string text)
    {
        ReadOnlySpan<byte> left = Encoding.Latin1.GetBytes(text);
        var status = HeadStatus.Incomplete;
        while (!left.IsEmpty)
        {
            var free = status == HeadStatus.Incomplete ? buffer.Free.Span : new byte[left.Length];
            if (free.IsEmpty) return HeadStatus.TooLarge;
            var count = Math.Min(free.Length, left.Length);
            left[..count].CopyTo(free);
            if (status == HeadStatus.Incomplete) status = buffer.Commit(count);
            else buffer.Keep([.. buffer.Rest.Span, .. left[..count]]);
            left = left[count..];
        }
        return status;
    }

    private static string Text(RequestHead request, Part part) => Encoding.Latin1.GetString(request[part]);
}
