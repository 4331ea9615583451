using System.Buffers;
using System.Runtime.CompilerServices;
using Tatara.Router.Loops;
using Tatara.Router.Proxy.Backends;
using Tatara.Router.OwnAnswers;
using Tatara.Router.Proxy.Http1;

namespace Tatara.Router.Proxy;

/// <summary>What goes to the client: answers of endpoints and the router's own.</summary>
internal sealed partial class ClientConnection
{
    private ChunkedReader? _responseChunks;
    private bool _closesClient;
    private bool _hasPassedInterim;

    /// <summary>Some of the request is still to come: the next bytes on the connection are not another one.</summary>
    private bool _isBodyUnread;

    /// <summary>The endpoint sent more than it announced: what follows on its connection cannot be trusted.</summary>
    private bool _hasExcess;

    /// <summary>Passes head and body on.</summary>
    /// <returns>Whether the client got all of it.</returns>
    private ValueTask<bool> RelayResponseAsync(BackendConnection backend, bool closes)
    {
        var framing = ResponseWriter.FramingOf(_exchange);
        var keepsChunks = Request.MinorVersion == 1;
        var clientFraming = framing is Framing.Chunked or Framing.UntilClose
            ? keepsChunks ? Framing.Chunked : Framing.UntilClose
            : framing;
        _closesClient = closes || clientFraming == Framing.UntilClose;
        _exchange.Status = Response.Status;
        var length = ResponseWriter.Write(_exchange, clientFraming, _closesClient, _context.Sticky, _worker.Scratch);
        var head = _worker.Scratch.AsSpan(0, length);
        _hasExcess = false;
        return framing switch
        {
            Framing.Length => RelayBytesAsync(backend, head, Response.ContentLength),
            Framing.Chunked => RelayChunksAsync(backend, SendAsync(_socket, head, default), keepsChunks),
            Framing.UntilClose => RelayUntilCloseAsync(backend, SendAsync(_socket, head, default), keepsChunks),
            _ => SendBodilessAsync(head),
        };
    }

    private ValueTask<bool> SendBodilessAsync(ReadOnlySpan<byte> head)
    {
        _hasExcess = !_responseBuffer.Rest.IsEmpty;
        return SendAsync(_socket, head, default);
    }

    private ValueTask<bool> RelayBytesAsync(BackendConnection backend, ReadOnlySpan<byte> head, long left)
    {
        var rest = _responseBuffer.Rest.Span;
        _hasExcess = rest.Length > left;
        if (_hasExcess) rest = rest[..(int)left];
        _exchange.SentBytes += rest.Length;
        left -= rest.Length;
        var sending = SendAsync(_socket, head, rest);
        return left == 0 ? sending : RelayRestAsync(backend, sending, left);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> RelayRestAsync(BackendConnection backend, ValueTask<bool> sending, long left)
    {
        if (!await sending) return false;
        if (left >= ProxyLimits.SpliceBytes && backend.Socket.CanSplice && _socket.CanSplice && _worker.RentPipe() is { } pipe)
        {
            _responseBuffer.Release();
            return await SpliceAsync(backend.Socket, pipe, left);
        }
        while (left > 0)
        {
            var count = await ReceiveBodyAsync(backend);
            if (count <= 0) return false;
            _hasExcess = count > left;
            if (_hasExcess) count = (int)left;
            left -= count;
            _exchange.SentBytes += count;
            if (!await SendAllAsync(_socket, _responseBuffer.Reuse(_limits.RelayBytes)[..count])) return false;
        }
        return true;
    }

    /// <summary>Passes so many bytes on without looking at them.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> SpliceAsync(LoopSocket backend, SplicePipe pipe, long left)
    {
        try
        {
            while (left > 0)
            {
                var count = backend.TrySpliceInto(pipe, left);
                if (count == LoopSocket.WouldBlock)
                {
                    await backend.Readable;
                    continue;
                }
                if (count <= 0) return false;
                left -= count;
                _exchange.SentBytes += count;
                Touch();
                while (pipe.Held > 0)
                {
                    var sent = _socket.TrySpliceFrom(pipe);
                    if (sent == LoopSocket.Failed) return false;
                    if (sent == LoopSocket.WouldBlock) await _socket.Writable;
                    else Touch();
                    if (_isExpired) return false;
                }
            }
            backend.LookForInput();
            return true;
        }
        finally
        {
            _worker.Return(pipe);
        }
    }

    /// <summary>Reads into the response's buffer, which is held only while there is something in it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveBodyAsync(BackendConnection backend)
    {
        while (true)
        {
            var count = backend.Socket.TryReceive(_responseBuffer.Reuse(_limits.RelayBytes).Span);
            if (count != LoopSocket.WouldBlock)
            {
                Touch();
                return count;
            }
            _responseBuffer.Release();
            await backend.Socket.Readable;
        }
    }

    private async ValueTask<bool> RelayChunksAsync(BackendConnection backend, ValueTask<bool> sending, bool keepsChunks)
    {
        if (!await sending) return false;
        var chunks = _responseChunks ??= new ChunkedReader();
        chunks.Reset();
        var data = _responseBuffer.Rest;
        while (true)
        {
            var output = ArrayPool<byte>.Shared.Rent(data.Length + ChunkedReader.Overhead + ProxyLimits.MaxTrailerBytes);
            try
            {
                var status = chunks.Read(data.Span, output, keepsChunks, out var consumed, out var written);
                _exchange.SentBytes += written;
                if (status == ChunkedStatus.Malformed)
                {
                    // What was understood may be on its way before the end that tells of the failure.
                    await SendAllAsync(_socket, output.AsMemory(0, written));
                    return false;
                }
                _hasExcess = consumed < data.Length;
                if (status == ChunkedStatus.Done && keepsChunks) written += WriteEnd(chunks.Trailers, output.AsSpan(written));
                if (written > 0 && !await SendAllAsync(_socket, output.AsMemory(0, written))) return false;
                if (status == ChunkedStatus.Done) return true;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(output);
            }
            var count = await ReceiveBodyAsync(backend);
            if (count <= 0) return false;
            data = _responseBuffer.Reuse(_limits.RelayBytes)[..count];
        }
    }

    private static int WriteEnd(ReadOnlySpan<byte> trailers, Span<byte> output)
    {
        var writer = new SpanWriter(output);
        writer.Write("0\r\n"u8);
        writer.Write(trailers);
        writer.Write("\r\n"u8);
        return writer.Written;
    }

    /// <summary>A client of HTTP/1.1 gets chunks: it can tell the end from a failure and keep its connection.</summary>
    private async ValueTask<bool> RelayUntilCloseAsync(BackendConnection backend, ValueTask<bool> sending, bool addsChunks)
    {
        if (!await sending) return false;
        var data = _responseBuffer.Rest;
        while (true)
        {
            if (!data.IsEmpty && !await SendPieceAsync(data, addsChunks)) return false;
            var count = await ReceiveBodyAsync(backend);
            if (count < 0) return false;
            if (count == 0) break;
            data = _responseBuffer.Reuse(_limits.RelayBytes)[..count];
        }
        return !addsChunks || await SendAsync(_socket, "0\r\n\r\n"u8, default);
    }

    private async ValueTask<bool> SendPieceAsync(ReadOnlyMemory<byte> data, bool asChunk)
    {
        _exchange.SentBytes += data.Length;
        if (!asChunk) return await SendAllAsync(_socket, data);
        var length = ChunkedReader.WriteSize(data.Length, _worker.Scratch);
        return await SendAsync(_socket, _worker.Scratch.AsSpan(0, length), data.Span) && await SendAsync(_socket, "\r\n"u8, default);
    }

    /// <summary>HTTP/1.0 has no interim responses.</summary>
    private ValueTask<bool> PassInterimAsync()
    {
        if (Request.MinorVersion == 0) return new(true);
        _hasPassedInterim = true;
        var length = ResponseWriter.WriteInterim(Response, _worker.Scratch);
        return SendAsync(_socket, _worker.Scratch.AsSpan(0, length), default);
    }

    /// <summary>Answers for the router itself.</summary>
    private async ValueTask<Outcome> RefuseAsync(RouterError error)
    {
        var unread = error.IsFatal || _isBodyUnread;
        var closes = unread || Request.Closes || _worker.IsDraining || _isExpired;
        _isExpired = false;
        Touch();
        _exchange.Status = error.Status;
        _exchange.RouterError = error.Code;
        if (!await SendAllAsync(_socket, error.Render(_exchange, closes))) return Outcome.Close;
        if (unread) await LingerAsync();
        return closes ? Outcome.Close : Outcome.KeepAlive;
    }

    private async ValueTask<Outcome> AnswerAsync(OwnAnswer answer)
    {
        var closes = _isBodyUnread || Request.Closes || _worker.IsDraining || Request.MinorVersion == 0;
        _exchange.Status = answer.Status;
        if (!await SendAllAsync(_socket, answer.Render(_exchange.RequestId, closes, Request.IsHead))) return Outcome.Close;
        if (_isBodyUnread) await LingerAsync();
        return closes ? Outcome.Close : Outcome.KeepAlive;
    }
}
