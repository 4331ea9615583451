using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Tatara.Router.Proxy.Backends;
using Tatara.Router.Proxy.Http1;

namespace Tatara.Router.Proxy;

/// <summary>What comes from the client: heads and bodies.</summary>
internal sealed partial class ClientConnection
{
    private readonly ChunkedReader _requestChunks = new();
    private HeadStatus _headStatus;
    private bool _isFirst = true;
    private volatile bool _stopsBody;

    private enum HeadRead : byte
    {
        Ready,
        Closed,
        TooSlow,

        /// <summary>For what <see cref="_headStatus"/> says.</summary>
        Refused,
    }

    private enum BodyEnd : byte
    {
        Complete,
        ClientGone,
        Malformed,
        EndpointFailed,
        Stopped,
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<HeadRead> ReadHeadAsync()
    {
        SetDeadline(_isFirst ? _limits.FirstByteTimeout : _limits.IdleTimeout);
        _isFirst = false;
        _isIdle = true;
        Interlocked.MemoryBarrier();
        var skipsEmptyLine = true;
        Request.Clear();
        while (true)
        {
            if (_isIdle && _isDraining) return HeadRead.Closed;
            var result = await _input.ReadAsync();
            if (_isExpired)
            {
                if (_isIdle) return HeadRead.Closed;
                _exchange.Begin();
                return HeadRead.TooSlow;
            }
            if (_isIdle && !result.Buffer.IsEmpty)
            {
                _isIdle = false;
                SetDeadline(_limits.HeadTimeout);
            }
            _headStatus = _requestBuffer.Append(result.Buffer, out var consumed);
            _input.AdvanceTo(consumed);
            if (_headStatus == HeadStatus.Complete && _requestBuffer.HeadLength == 2 && skipsEmptyLine)
            {
                // RFC 9112 2.2: old clients end a body with a line too many.
                skipsEmptyLine = false;
                _headStatus = _requestBuffer.Next();
            }
            if (_headStatus != HeadStatus.Incomplete) break;
            if (result.IsCompleted) return HeadRead.Closed;
        }
        _exchange.Begin();
        if (_headStatus == HeadStatus.Complete) _headStatus = Request.Parse(_requestBuffer);
        _isBodyUnread = Request.HasBody;
        return _headStatus == HeadStatus.Complete ? HeadRead.Ready : HeadRead.Refused;
    }

    /// <summary>Sends the request's body on as it comes; never holds more of it than one read. Does not throw.</summary>
    private async ValueTask<BodyEnd> RelayRequestBodyAsync(BackendConnection backend)
    {
        var end = BodyEnd.ClientGone;
        try
        {
            end = Request.IsChunked ? await RelayChunkedRequestAsync(backend) : await RelayRequestBytesAsync(backend, Request.ContentLength);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            end = BodyEnd.EndpointFailed;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            end = BodyEnd.ClientGone;
        }
        // An endpoint must not take half a body for a whole one, and there is nobody left to answer to.
        if (end is BodyEnd.ClientGone or BodyEnd.Malformed) CloseBackend();
        if (end != BodyEnd.Complete) return end;
        _isBodyUnread = false;
        EndWithClient();
        return end;
    }

    private async ValueTask<BodyEnd> RelayRequestBytesAsync(BackendConnection backend, long left)
    {
        while (left > 0)
        {
            var result = await _input.ReadAsync();
            if (_stopsBody || _isExpired) return Stop(result);
            var data = result.Buffer.Slice(0, Math.Min(left, result.Buffer.Length));
            try
            {
                foreach (var segment in data) await backend.SendAsync(segment);
                left -= data.Length;
                _exchange.ReceivedBytes += data.Length;
            }
            finally
            {
                _input.AdvanceTo(data.End);
            }
            Touch();
            if (result.IsCompleted && left > 0) return BodyEnd.ClientGone;
        }
        return BodyEnd.Complete;
    }

    private async ValueTask<BodyEnd> RelayChunkedRequestAsync(BackendConnection backend)
    {
        _requestChunks.Reset();
        var buffer = ArrayPool<byte>.Shared.Rent(_limits.RelayBytes + ChunkedReader.Overhead);
        try
        {
            var status = ChunkedStatus.More;
            while (status == ChunkedStatus.More)
            {
                var result = await _input.ReadAsync();
                if (_stopsBody || _isExpired) return Stop(result);
                var data = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, _limits.RelayBytes));
                var (taken, written) = ReadChunks(data, buffer, ref status);
                var consumed = data.GetPosition(taken);
                _exchange.ReceivedBytes += taken;
                var isCutOff = status == ChunkedStatus.More && result.IsCompleted && taken == result.Buffer.Length;
                try
                {
                    if (written > 0) await backend.SendAsync(buffer.AsMemory(0, written));
                }
                finally
                {
                    _input.AdvanceTo(consumed);
                }
                Touch();
                if (isCutOff) return BodyEnd.ClientGone;
            }
            if (status == ChunkedStatus.Malformed) return BodyEnd.Malformed;
            await backend.SendAsync(EndOfChunks());
            return BodyEnd.Complete;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private (long Taken, int Written) ReadChunks(in ReadOnlySequence<byte> data, byte[] buffer, ref ChunkedStatus status)
    {
        long taken = 0;
        var written = 0;
        foreach (var segment in data)
        {
            status = _requestChunks.Read(segment.Span, buffer.AsSpan(written), keepChunks: true, out var consumed, out var added);
            taken += consumed;
            written += added;
            if (status != ChunkedStatus.More) break;
        }
        return (taken, written);
    }

    private byte[] EndOfChunks() => [.. "0\r\n"u8, .. _requestChunks.Trailers, .. "\r\n"u8];

    private BodyEnd Stop(in ReadResult result)
    {
        _input.AdvanceTo(result.Buffer.Start);
        return BodyEnd.Stopped;
    }

    /// <summary>Reads on for a while and drops it: to close with bytes unread would reset the connection and destroy the answer on its way.</summary>
    private async ValueTask LingerAsync()
    {
        _isExpired = false;
        SetDeadline(_limits.LingerTimeout);
        while (true)
        {
            var result = await _input.ReadAsync();
            _input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted || _isExpired) return;
        }
    }
}
