using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Tatara.Router.Proxy;
using Tatara.Router.Proxy.Http1;
using Tatara.Router.Registry;

namespace Tatara.Router.Http2;

/// <summary>
/// A loop's connection to an endpoint of HTTP/2, or of HTTPS: what the loop says in HTTP/1.1 is told to the endpoint in its own
/// language, request after request, and the answers back, with their trailers. Bodies flow both ways at the same time.
/// </summary>
internal sealed class EndpointStream(Socket socket, Endpoint endpoint, ProxyLimits limits)
{
    private const int HeadBytes = 8 * 1024;

    /// <summary>Each piece goes on at once: a stream's messages are waited for.</summary>
    private const int PieceBytes = 16 * 1024;

    private static readonly HashSet<string> OfOneHop = new(["Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade"], StringComparer.OrdinalIgnoreCase);

    private readonly HeadBuffer _buffer = new(HeadBytes, 2 * limits.MaxHeadBytes);
    private readonly RequestHead _request = new(limits.MaxFields + 32);
    private readonly byte[] _piece = new byte[PieceBytes];

    /// <summary>Serves until the loop closes the connection, or a request fails: the loop sees the connection end and says so to its client.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (await ReadHeadAsync() && await ServeAsync()) _buffer.Release();
        }
        catch (Exception e) when (e is IOException or SocketException or HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            // The loop logs what its request met.
            endpoint.Trouble = (e.InnerException ?? e).Message;
        }
        finally
        {
            socket.Dispose();
            _buffer.Release();
        }
    }

    private async ValueTask<bool> ReadHeadAsync()
    {
        // Waits without a buffer: most connections are idle most of the time.
        await socket.ReceiveAsync(Memory<byte>.Empty);
        var status = HeadStatus.Incomplete;
        while (status == HeadStatus.Incomplete)
        {
            var count = await socket.ReceiveAsync(_buffer.Free);
            if (count == 0) return false;
            status = _buffer.Commit(count);
        }
        return status == HeadStatus.Complete && _request.Parse(_buffer) == HeadStatus.Complete;
    }

    /// <returns>Whether the connection is in step for another request.</returns>
    private async ValueTask<bool> ServeAsync()
    {
        endpoint.Trouble = null;
        using var gone = new CancellationTokenSource();
        using var request = CreateRequest(gone);
        using var response = await endpoint.Relay.SendAsync(request, gone.Token);
        var hasBody = !_request.IsHead && response.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.NotModified);
        var isChunked = hasBody && response.Content.Headers.ContentLength is null;
        await SendAsync(WriteHead(response, isChunked));
        if (hasBody)
        {
            await using var body = await response.Content.ReadAsStreamAsync(gone.Token);
            var answer = new byte[PieceBytes];
            while (await body.ReadAsync(answer, gone.Token) is > 0 and var count)
            {
                if (isChunked) await SendAsync(Encoding.ASCII.GetBytes($"{count:x}\r\n"));
                await SendAsync(answer.AsMemory(0, count));
                if (isChunked) await SendAsync("\r\n"u8.ToArray());
            }
        }
        if (isChunked) await SendAsync(Encoding.Latin1.GetBytes($"0\r\n{Lines(response.TrailingHeaders)}\r\n"));
        return request.Content is null or RelayedBody { IsComplete: true };
    }

    private HttpRequestMessage CreateRequest(CancellationTokenSource gone)
    {
        var uri = new Uri($"{(endpoint.Tls is null ? "http" : "https")}://{endpoint.Address}{Text(_request.Target)}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new HttpMethod(Text(_request.Method)), uri)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = endpoint.SpeaksHttp2 ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower,
        };
        if (_request.HasBody) request.Content = new RelayedBody(this, gone);
        foreach (var field in _request.Fields)
        {
            if (field.Id is FieldId.Host or FieldId.Connection or FieldId.TransferEncoding or FieldId.KeepAlive or FieldId.ProxyConnection or FieldId.Upgrade or FieldId.ContentLength) continue;
            var (name, value) = (Text(field.Name), Text(field.Value));
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        request.Headers.Host = Text(_request.Authority);
        return request;
    }

    private static byte[] WriteHead(HttpResponseMessage response, bool isChunked)
    {
        var head = new StringBuilder($"HTTP/1.1 {(int)response.StatusCode} {response.ReasonPhrase}\r\n");
        head.Append(Lines(response.Headers)).Append(Lines(response.Content.Headers));
        if (isChunked) head.Append("Transfer-Encoding: chunked\r\n");
        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }

    private static string Lines(HttpHeaders fields) =>
        string.Concat(fields.NonValidated.Where(f => !OfOneHop.Contains(f.Key)).SelectMany(f => f.Value.Select(v => $"{f.Key}: {v}\r\n")));

    private string Text(Part part) => Encoding.Latin1.GetString(_request[part]);

    private ValueTask<int> ReceiveAsync() => socket.ReceiveAsync(_piece.AsMemory());

    private async ValueTask SendAsync(ReadOnlyMemory<byte> data)
    {
        while (!data.IsEmpty) data = data[await socket.SendAsync(data)..];
    }

    /// <summary>The request's body as it comes. When it ends too early, so does the request.</summary>
    private sealed class RelayedBody(EndpointStream owner, CancellationTokenSource gone) : HttpContent
    {
        public bool IsComplete { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var (request, chunks) = (owner._request, new ChunkedReader());
            var content = new byte[PieceBytes + ChunkedReader.Overhead + owner._buffer.Rest.Length];
            var (left, data) = (request.ContentLength, owner._buffer.Rest);
            while (true)
            {
                var (status, written) = (ChunkedStatus.More, data.Length);
                if (request.IsChunked) status = chunks.Read(data.Span, content, keepChunks: false, out _, out written);
                else data.CopyTo(content);
                if (written > 0) await stream.WriteAsync(content.AsMemory(0, written));
                await stream.FlushAsync();
                left -= written;
                if (request.IsChunked ? status == ChunkedStatus.Done : left == 0) break;
                var count = status == ChunkedStatus.Malformed ? 0 : await owner.ReceiveAsync();
                if (count == 0)
                {
                    await gone.CancelAsync();
                    throw new IOException("The request was cut off.");
                }
                data = owner._piece.AsMemory(0, count);
            }
            IsComplete = true;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = owner._request.ContentLength;
            return !owner._request.IsChunked;
        }
    }
}
