using System.Buffers;
using Tatara.Router.Http2;
using Tatara.Router.Loops;
using Tatara.Router.Proxy.Backends;

namespace Tatara.Router.Proxy;

/// <summary>After a 101 the connection carries bytes of another protocol (WebSockets mostly) both ways.</summary>
internal sealed partial class ClientConnection
{
    private async ValueTask<Outcome> TunnelAsync(BackendConnection backend)
    {
        _exchange.Status = Response.Status;
        var length = ResponseWriter.WriteSwitch(_exchange, _worker.Scratch);
        _exchange.SentBytes += _responseBuffer.Rest.Length;
        if (!await SendAsync(_socket, _worker.Scratch.AsSpan(0, length), _responseBuffer.Rest.Span)) return Outcome.Close;
        _responseBuffer.Release();
        return await RelayBothWaysAsync(backend.Socket) ? Outcome.Close : Outcome.Abort;
    }

    /// <summary>Passes on whatever comes from either side, until the other side is done.</summary>
    /// <returns>Whether the end was a clean one.</returns>
    private async ValueTask<bool> RelayBothWaysAsync(LoopSocket other, InterimFrames? interims = null)
    {
        _endsWithClient = false;
        SetDeadline(null);
        other.KeepAlive();
        _socket.KeepAlive();
        var up = PumpUpAsync(other);
        var isClean = interims is null ? await PumpAsync(other, _socket, isUp: false) : await PumpFramesAsync(other, interims);
        // The endpoint is done, and a client cannot be told so but by closing.
        _stopsBody = true;
        other.Close();
        _socket.Interrupt();
        await up;
        return isClean;
    }

    private async ValueTask PumpUpAsync(LoopSocket other)
    {
        var early = _requestBuffer.Rest;
        _requestBuffer.Take(early.Length);
        _exchange.ReceivedBytes += early.Length;
        var isClean = (early.IsEmpty || await SendAllAsync(other, early)) && await PumpAsync(_socket, other, isUp: true);
        if (_stopsBody) return;
        if (isClean)
        {
            other.FinishSending();
            SetDeadline(_limits.HalfClosedTimeout);
        }
        else
        {
            other.Close();
        }
    }

    /// <summary>Waits without a buffer: tunnels are silent most of the time, and there may be thousands.</summary>
    private async ValueTask<bool> PumpAsync(LoopSocket from, LoopSocket to, bool isUp)
    {
        while (true)
        {
            await from.Readable;
            if (isUp && _stopsBody) return false;
            var buffer = ArrayPool<byte>.Shared.Rent(_limits.RelayBytes);
            try
            {
                var count = from.TryReceive(buffer);
                if (count == LoopSocket.WouldBlock) continue;
                if (count <= 0) return count == 0;
                if (isUp) _exchange.ReceivedBytes += count;
                else _exchange.SentBytes += count;
                if (!await SendTunnelAsync(to, buffer.AsMemory(0, count))) return false;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private static async ValueTask<bool> SendTunnelAsync(LoopSocket to, ReadOnlyMemory<byte> data)
    {
        while (true)
        {
            var sent = to.TrySend(data.Span);
            if (sent == LoopSocket.Failed) return false;
            if (sent == data.Length) return true;
            data = data[Math.Max(0, sent)..];
            await to.Writable;
        }
    }
}
