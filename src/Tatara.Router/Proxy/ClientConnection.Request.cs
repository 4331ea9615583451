using System.Buffers;
using Tatara.Router.Loops;
using Tatara.Router.Proxy.Backends;
using Tatara.Router.Proxy.Http1;

namespace Tatara.Router.Proxy;

/// <summary>What comes from the client: heads and bodies.</summary>
internal sealed partial class ClientConnection
{
    private ChunkedReader? _requestChunks;
    private HeadStatus _headStatus;
    private bool _isFirst = true;
    private bool _skipsEmptyLine;
    private bool _stopsBody;

    private enum HeadRead : byte
    {
        NotYet,
        Ready,
        Closed,
        TooSlow,

        /// <summary>For what <see cref="_headStatus"/> says.</summary>
        Refused,

        /// <summary>The client speaks HTTP/2 and did not ask whether it may.</summary>
        Http2,
    }

    private enum BodyEnd : byte
    {
        Complete,
        ClientGone,
        Malformed,
        TooLarge,
        EndpointFailed,
        Stopped,
    }

    /// <summary>Begins to wait for a request. Some of it may have come with the last one.</summary>
    private void ExpectHead()
    {
        SetDeadline(!_isFirst ? _limits.IdleTimeout : _worker.EndsIdle ? _limits.FreshGrace : _limits.FirstByteTimeout);
        (_isIdle, _isExpired, _endsWithClient) = (true, false, false);
        _skipsEmptyLine = true;
        _headStatus = HeadStatus.Incomplete;
        if (_requestBuffer.Rest.IsEmpty)
        {
            _requestBuffer.Release();
            return;
        }
        BeginHead();
        _headStatus = _requestBuffer.Next();
    }

    private HeadRead TryReadHead()
    {
        while (true)
        {
            if (_headStatus == HeadStatus.Complete && _skipsEmptyLine && _requestBuffer.HeadLength == 2)
            {
                // RFC 9112 2.2: old clients end a body with a line too many.
                _skipsEmptyLine = false;
                _headStatus = _requestBuffer.Next();
            }
            if (_headStatus != HeadStatus.Incomplete) break;
            if (_isIdle && _isExpired) return HeadRead.Closed;
            if (_isExpired)
            {
                BeginExchange();
                return HeadRead.TooSlow;
            }
            if (!_socket.MayHaveInput && !_socket.IsClosed) return Nothing;
            var free = _requestBuffer.Free;
            if (free.IsEmpty)
            {
                _headStatus = HeadStatus.TooLarge;
                break;
            }
            var count = _socket.TryReceive(free.Span);
            if (count == LoopSocket.WouldBlock)
            {
                if (_isIdle) _requestBuffer.Release();
                return Nothing;
            }
            if (count <= 0) return HeadRead.Closed;
            if (_isIdle) BeginHead();
            _headStatus = _requestBuffer.Commit(count);
        }
        if (_isFirst && _headStatus == HeadStatus.Complete && _requestBuffer.Head.SequenceEqual("PRI * HTTP/2.0\r\n\r\n"u8)) return HeadRead.Http2;
        _isFirst = false;
        BeginExchange();
        if (_headStatus == HeadStatus.Complete) _headStatus = Request.Parse(_requestBuffer);
        _isBodyUnread = Request.HasBody;
        return _headStatus == HeadStatus.Complete ? HeadRead.Ready : HeadRead.Refused;
    }

    /// <summary>No request has come, and when the router stops none is waited for.</summary>
    private HeadRead Nothing => _isIdle && !_isFirst && _worker.EndsIdle ? HeadRead.Closed : HeadRead.NotYet;

    private void BeginHead()
    {
        _isIdle = false;
        SetDeadline(_limits.HeadTimeout);
    }

    private void BeginExchange()
    {
        _current = _worker.RentExchange();
        _exchange.Begin(_client);
    }

    /// <summary>What of the body came with the head and can go out with it.</summary>
    private ReadOnlyMemory<byte> BodyBesideHead =>
        Request.IsChunked ? default : _requestBuffer.Rest[..(int)Math.Min(_requestBuffer.Rest.Length, Math.Max(0, Request.ContentLength))];

    /// <summary>Sends the request's body on as it comes; never holds more of it than one read.</summary>
    private async ValueTask<BodyEnd> RelayRequestBodyAsync(BackendConnection backend, long left)
    {
        var end = Request.IsChunked ? await RelayChunkedRequestAsync(backend) : await RelayRequestBytesAsync(backend, left);
        // An endpoint must not take half a body for a whole one, and there is nobody left to answer to.
        if (end is BodyEnd.ClientGone or BodyEnd.Malformed or BodyEnd.TooLarge) CloseBackend();
        if (end != BodyEnd.Complete) return end;
        OnBodyRead();
        return end;
    }

    private void OnBodyRead()
    {
        _isBodyUnread = false;
        EndWithClient();
    }

    private async ValueTask<BodyEnd> RelayRequestBytesAsync(BackendConnection backend, long left)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(_limits.RelayBytes);
        try
        {
            while (left > 0)
            {
                if (_stopsBody || _isExpired) return BodyEnd.Stopped;
                var count = _socket.TryReceive(buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)));
                if (count == LoopSocket.WouldBlock)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = [];
                    await _socket.Readable;
                    buffer = ArrayPool<byte>.Shared.Rent(_limits.RelayBytes);
                    continue;
                }
                if (count <= 0) return BodyEnd.ClientGone;
                Touch();
                left -= count;
                _exchange.ReceivedBytes += count;
                if (!await SendAllAsync(backend.Socket, buffer.AsMemory(0, count))) return FailedToSend();
            }
            return BodyEnd.Complete;
        }
        finally
        {
            if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask<BodyEnd> RelayChunkedRequestAsync(BackendConnection backend)
    {
        var chunks = _requestChunks ??= new ChunkedReader();
        chunks.Reset();
        var input = ArrayPool<byte>.Shared.Rent(_limits.RelayBytes);
        var output = ArrayPool<byte>.Shared.Rent(Math.Max(input.Length, _requestBuffer.Rest.Length) + ChunkedReader.Overhead);
        try
        {
            var data = _requestBuffer.Rest;
            _requestBuffer.Take(data.Length);
            while (true)
            {
                var status = chunks.Read(data.Span, output, keepChunks: true, out var consumed, out var written);
                _exchange.ReceivedBytes += consumed;
                if (chunks.Announced > _context.MaxBodyBytes) return BodyEnd.TooLarge;
                if (written > 0 && !await SendAllAsync(backend.Socket, output.AsMemory(0, written))) return FailedToSend();
                if (status == ChunkedStatus.Malformed) return BodyEnd.Malformed;
                if (status == ChunkedStatus.Done)
                {
                    _requestBuffer.Keep(data.Span[consumed..]);
                    return await SendAllAsync(backend.Socket, EndOf(chunks)) ? BodyEnd.Complete : FailedToSend();
                }
                int count;
                while ((count = _socket.TryReceive(input)) == LoopSocket.WouldBlock && !_stopsBody && !_isExpired) await _socket.Readable;
                if (_stopsBody || _isExpired) return BodyEnd.Stopped;
                if (count <= 0) return BodyEnd.ClientGone;
                Touch();
                data = input.AsMemory(0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(input);
            ArrayPool<byte>.Shared.Return(output);
        }
    }

    private BodyEnd FailedToSend() => _stopsBody || _isExpired ? BodyEnd.Stopped : BodyEnd.EndpointFailed;

    private static byte[] EndOf(ChunkedReader chunks) => [.. "0\r\n"u8, .. chunks.Trailers, .. "\r\n"u8];

    /// <summary>Reads on for a while and drops it: to close with bytes unread would reset the connection and destroy the answer on its way.</summary>
    private async ValueTask LingerAsync()
    {
        _isExpired = false;
        SetDeadline(_limits.LingerTimeout);
        _socket.FinishSending();
        while (!_isExpired)
        {
            var count = _socket.TryReceive(_worker.Scratch);
            if (count == LoopSocket.WouldBlock) await _socket.Readable;
            else if (count <= 0) return;
        }
    }
}
