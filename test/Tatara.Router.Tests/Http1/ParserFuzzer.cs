using System.Text;
using Tatara.Router.Proxy.Http1;

namespace Tatara.Router.Tests.Http1;

/// <summary>
/// Damages good messages and gives them to the parsers. None may throw, and what is accepted must be read the same
/// however it is cut into pieces: else two readers could disagree about where a message ends.
/// </summary>
internal sealed class ParserFuzzer(int seed)
{
    private const int MaxChanges = 6;
    private static readonly byte[] Telling = Encoding.Latin1.GetBytes("\r\n\0\t :;,0159afAF/.*[]-_\u007f\u0080\u00ff");

    /// <summary>The seed corpus: forms that parsers are known to disagree about.</summary>
    private static readonly byte[][] Heads = [.. new[]
    {
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST http://a.b/c?d HTTP/1.1\r\nHost: a.b\r\nContent-Length: 12\r\nConnection: x, close\r\nCookie: a=b; c\r\nUpgrade: y\r\n\r\n",
        "PUT /x HTTP/1.1\r\nHost: [::1]:80\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\nTrailer: X\r\nExpect: 100-continue\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: b\u00c3\u00bccher.test\r\nX_Forwarded_For: 1\r\ntraceparent: 00-0-0-0\r\n\r\n",
    }.Select(Encoding.Latin1.GetBytes)];

    private static readonly byte[][] Bodies = [.. new[]
    {
        "5\r\nhello\r\n0\r\n\r\n",
        "5;x=y\r\nhello\r\nA\r\n0123456789\r\n0\r\nX: y\r\nZ: w\r\n\r\n",
        "0000000000000F\r\n0123456789abcde\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    }.Select(Encoding.Latin1.GetBytes)];

    private readonly Random _random = new(seed);
    private readonly RequestHead _request = new(20);
    private readonly ResponseHead _response = new(20);

    public long Inputs { get; private set; }
    public long Accepted { get; private set; }

    public void Run(int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (i % 2 == 0) TryHead(Damage(Heads));
            else TryBody(Damage(Bodies));
            Inputs++;
        }
    }

    private byte[] Damage(byte[][] corpus)
    {
        var bytes = new List<byte>(corpus[_random.Next(corpus.Length)]);
        for (var changes = _random.Next(MaxChanges); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = _random.Next(bytes.Count);
            var b = _random.Next(2) == 0 ? Telling[_random.Next(Telling.Length)] : (byte)_random.Next(256);
            switch (_random.Next(4))
            {
                case 0: bytes[at] = b; break;
                case 1: bytes.Insert(at, b); break;
                case 2: bytes.RemoveAt(at); break;
                default: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(_random.Next(1, 20), bytes.Count - at))); break;
            }
        }
        return [.. bytes];
    }

    private void TryHead(byte[] bytes)
    {
        var whole = ReadHead(bytes, bytes.Length, out var accepted);
        var pieces = ReadHead(bytes, _random.Next(1, 8), out _);
        Require(whole == pieces, bytes, $"whole it reads as {whole}, in pieces as {pieces}");
        if (accepted) Accepted++;
    }

    /// <summary>What the head says, as text.</summary>
    private string ReadHead(byte[] bytes, int step, out bool accepted)
    {
        var buffer = new HeadBuffer(64, 4096);
        try
        {
            var status = HeadStatus.Incomplete;
            for (var at = 0; at < bytes.Length && status == HeadStatus.Incomplete;)
            {
                var free = buffer.Free.Span;
                var count = Math.Min(Math.Min(step, free.Length), bytes.Length - at);
                bytes.AsSpan(at, count).CopyTo(free);
                at += count;
                status = buffer.Commit(count);
            }
            accepted = false;
            if (status != HeadStatus.Complete) return status.ToString();
            var length = buffer.HeadLength;
            _ = _response.Parse(buffer);
            status = _request.Parse(buffer);
            accepted = status == HeadStatus.Complete;
            if (!accepted) return status.ToString();
            Require(!(_request.IsChunked && _request.ContentLength >= 0), bytes, "it has two lengths");
            Require(_request.Fields.ToArray().All(f => f.Name.End <= length && f.Value.End <= length), bytes, "a field lies past the end");
            return $"{length} {_request.IsChunked} {_request.ContentLength} {_request.Closes} {Encoding.Latin1.GetString(_request[_request.Host])} {_request.Fields.Length}";
        }
        finally
        {
            buffer.Release();
        }
    }

    private void TryBody(byte[] bytes)
    {
        var whole = ReadBody(bytes, bytes.Length, out var accepted);
        var pieces = ReadBody(bytes, _random.Next(1, 8), out _);
        Require(whole == pieces, bytes, $"whole it reads as {whole}, in pieces as {pieces}");
        if (accepted) Accepted++;
    }

    private static string ReadBody(byte[] bytes, int step, out bool accepted)
    {
        var (reader, content, output) = (new ChunkedReader(), new StringBuilder(), new byte[bytes.Length + ChunkedReader.Overhead]);
        var status = ChunkedStatus.More;
        var taken = 0;
        while (taken < bytes.Length && status == ChunkedStatus.More)
        {
            var input = bytes.AsSpan(taken, Math.Min(step, bytes.Length - taken));
            status = reader.Read(input, output, keepChunks: false, out var consumed, out var written);
            content.Append(Encoding.Latin1.GetString(output, 0, written));
            taken += consumed;
            if (status == ChunkedStatus.More) Require(consumed == input.Length, bytes, "some of it was left over");
        }
        accepted = status == ChunkedStatus.Done;
        return accepted ? $"{taken} {content} {Encoding.Latin1.GetString(reader.Trailers)}" : status.ToString();
    }

    private static void Require(bool holds, byte[] bytes, string what)
    {
        if (!holds) throw new InvalidOperationException($"{Convert.ToHexString(bytes)}: {what}.");
    }
}
