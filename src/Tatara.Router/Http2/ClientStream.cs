using System.Buffers;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Primitives;
using Tatara.Router.Proxy;
using Tatara.Router.Proxy.Http1;

namespace Tatara.Router.Http2;

/// <summary>
/// One request of an HTTP/2 client: told to a loop as a client of HTTP/1.1 would, and the answer told back. So it is
/// routed, checked, counted and logged like every other request. Bodies and trailers flow both ways at the same time.
/// </summary>
internal sealed class ClientStream(HttpContext context, Socket socket, ProxyLimits limits)
{
    private const int HeadBytes = 8 * 1024;
    private readonly HeadBuffer _buffer = new(HeadBytes, limits.MaxHeadBytes);
    private readonly ResponseHead _response = new(limits.MaxFields);

    private bool IsConnect => context.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect == true;

    public async Task RunAsync()
    {
        var body = HasBody() && !IsConnect;
        await SendAsync(WriteHead(body));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var sending = body ? SendBodyAsync(stop.Token) : Task.CompletedTask;
        try
        {
            await ReadHeadAsync(stop.Token);
            if (_response.Status == ResponseHead.SwitchingProtocols) await TunnelAsync(stop.Token);
            else await RelayAsync(stop.Token);
        }
        finally
        {
            await stop.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _buffer.Release();
        }
    }

    private bool HasBody() => context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;

    /// <summary>Kestrel has checked names and values for characters that could end a line.</summary>
    private byte[] WriteHead(bool hasBody)
    {
        var request = context.Request;
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var head = new StringBuilder();
        head.Append(IsConnect ? "GET" : request.Method).Append(' ').Append(target).Append(" HTTP/1.1\r\nHost: ").Append(request.Host.Value).Append("\r\n");
        foreach (var (name, values) in request.Headers)
        {
            if (name.StartsWith(':') || name.Equals("Host", StringComparison.OrdinalIgnoreCase) || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)) continue;
            // HTTP/2 may send a cookie's pairs one by one (RFC 9113 8.2.3).
            if (name.Equals("Cookie", StringComparison.OrdinalIgnoreCase)) head.Append(name).Append(": ").AppendJoin("; ", (IEnumerable<string?>)values).Append("\r\n");
            else foreach (var value in values) head.Append(name).Append(": ").Append(value).Append("\r\n");
        }
        if (IsConnect)
        {
            var protocol = context.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().Protocol;
            head.Append("Connection: Upgrade\r\nUpgrade: ").Append(protocol).Append("\r\nSec-WebSocket-Key: ").Append(Convert.ToBase64String(Guid.NewGuid().ToByteArray())).Append("\r\n");
        }
        else if (hasBody && request.ContentLength is null)
        {
            head.Append("Transfer-Encoding: chunked\r\n");
        }
        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }

    private async Task SendBodyAsync(CancellationToken cancellationToken)
    {
        var isChunked = context.Request.ContentLength is null;
        var reader = context.Request.BodyReader;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken);
                foreach (var piece in result.Buffer)
                {
                    if (isChunked) await SendAsync(ChunkHead(piece.Length));
                    await SendAsync(piece);
                    if (isChunked) await SendAsync("\r\n"u8.ToArray());
                }
                reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted) break;
            }
            if (isChunked) await SendAsync(Encoding.Latin1.GetBytes($"0\r\n{Trailers()}\r\n"));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Half a body must not look like a whole one.
            socket.Dispose();
        }
    }

    private string Trailers()
    {
        var trailers = context.Features.Get<IHttpRequestTrailersFeature>();
        if (trailers is not { Available: true }) return "";
        return string.Concat(trailers.Trailers.SelectMany(t => t.Value.Select(v => $"{t.Key}: {v}\r\n")));
    }

    private static byte[] ChunkHead(int length)
    {
        var text = new byte[ChunkedReader.Overhead];
        return text[..ChunkedReader.WriteSize(length, text)];
    }

    /// <summary>Reads up to the final answer and passes interim ones on.</summary>
    private async Task ReadHeadAsync(CancellationToken cancellationToken)
    {
        var status = HeadStatus.Incomplete;
        while (true)
        {
            while (status == HeadStatus.Incomplete)
            {
                var count = await socket.ReceiveAsync(_buffer.Free, cancellationToken);
                if (count == 0) throw new IOException("The request was not answered.");
                status = _buffer.Commit(count);
            }
            if (status != HeadStatus.Complete || _response.Parse(_buffer) != HeadStatus.Complete) throw new IOException("The answer has no head.");
            if (!_response.IsInterim) return;
            await PassInterimAsync(cancellationToken);
            status = _buffer.Next();
        }
    }

    /// <summary>All but 100, which Kestrel says itself once the body is read.</summary>
    private async Task PassInterimAsync(CancellationToken cancellationToken)
    {
        if (_response.Status == StatusCodes.Status100Continue || context.Features.Get<InterimFrames>() is not { } interims) return;
        var stream = context.Features.GetRequiredFeature<IHttp2StreamIdFeature>().StreamId;
        if (InterimFrames.TryWrite(stream, _response) is { } frame) await interims.SendAsync(frame).WaitAsync(cancellationToken);
    }

    private void CopyHead()
    {
        var response = context.Response;
        response.StatusCode = _response.Status;
        foreach (var field in _response.Fields)
        {
            if (field.Id is FieldId.Connection or FieldId.TransferEncoding or FieldId.KeepAlive or FieldId.Upgrade or FieldId.ProxyConnection) continue;
            response.Headers.Append(Encoding.Latin1.GetString(_response[field.Name]), Encoding.Latin1.GetString(_response[field.Value]));
        }
    }

    private async Task RelayAsync(CancellationToken cancellationToken)
    {
        CopyHead();
        var isBodiless = HttpMethods.IsHead(context.Request.Method) || _response.Status is 204 or 304;
        if (isBodiless) return;
        await context.Response.BodyWriter.FlushAsync(cancellationToken);
        var left = _response.IsChunked ? long.MaxValue : Math.Max(0, _response.ContentLength);
        var chunks = new ChunkedReader();
        var input = ArrayPool<byte>.Shared.Rent(limits.RelayBytes);
        try
        {
            ReadOnlyMemory<byte> data = _buffer.Rest;
            while (true)
            {
                if (await WriteAsync(data, chunks, cancellationToken) is var written && (left -= written.Bytes) <= 0 || written.IsDone) break;
                var count = await socket.ReceiveAsync(input, cancellationToken);
                if (count == 0) throw new IOException("The answer was cut off.");
                data = input.AsMemory(0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(input);
        }
        CopyTrailers(chunks.Trailers);
    }

    private async ValueTask<(int Bytes, bool IsDone)> WriteAsync(ReadOnlyMemory<byte> data, ChunkedReader chunks, CancellationToken cancellationToken)
    {
        if (data.IsEmpty) return (0, false);
        var writer = context.Response.BodyWriter;
        var written = data.Length;
        var status = ChunkedStatus.More;
        if (_response.IsChunked) status = chunks.Read(data.Span, writer.GetSpan(data.Length + ChunkedReader.Overhead), keepChunks: false, out _, out written);
        else data.Span.CopyTo(writer.GetSpan(data.Length));
        if (status == ChunkedStatus.Malformed) throw new IOException("The answer's chunks are malformed.");
        writer.Advance(written);
        var result = await writer.FlushAsync(cancellationToken);
        if (result.IsCompleted || result.IsCanceled) throw new OperationCanceledException();
        return (written, status == ChunkedStatus.Done);
    }

    private void CopyTrailers(ReadOnlySpan<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf("\r\n"u8);
            if (HeaderField.TryParse(lines[..end], 0, out var field) && context.Response.SupportsTrailers())
                context.Response.AppendTrailer(Encoding.Latin1.GetString(field.Name.Of(lines)), new StringValues(Encoding.Latin1.GetString(field.Value.Of(lines))));
            lines = lines[(end + 2)..];
        }
    }

    /// <summary>A WebSocket over HTTP/2 (RFC 8441).</summary>
    private async Task TunnelAsync(CancellationToken cancellationToken)
    {
        foreach (var field in _response.Fields)
            if (field.Id == FieldId.Other && !Ascii.EqualsIgnoreCase(_response[field.Name], "sec-websocket-accept"))
                context.Response.Headers.Append(Encoding.Latin1.GetString(_response[field.Name]), Encoding.Latin1.GetString(_response[field.Value]));
        await using var stream = await context.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync();
        await using var other = new NetworkStream(socket);
        if (!_buffer.Rest.IsEmpty) await stream.WriteAsync(_buffer.Rest, cancellationToken);
        var up = stream.CopyToAsync(other, cancellationToken);
        await Task.WhenAny(up, other.CopyToAsync(stream, cancellationToken));
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> data)
    {
        while (!data.IsEmpty) data = data[await socket.SendAsync(data)..];
    }
}
