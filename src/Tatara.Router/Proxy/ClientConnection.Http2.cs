using System.Buffers;
using Tatara.Router.Http2;
using Tatara.Router.Loops;

namespace Tatara.Router.Proxy;

/// <summary>A client that speaks HTTP/2: what it says goes to Kestrel, whose requests come back to a loop one by one.</summary>
internal sealed partial class ClientConnection
{
    private async ValueTask HandOverAsync()
    {
        BeginExchange();
        _requestBuffer.Untake();
        var interims = new InterimFrames(_worker.Loop);
        var kestrel = new LoopSocket(_worker.Loop, _context.Http2.Connect(_client, interims), isConnected: true);
        HoldBackend(kestrel);
        interims.Begin(kestrel);
        await RelayBothWaysAsync(kestrel, interims);
        interims.End();
        _worker.Return(_exchange);
    }

    /// <summary>What Kestrel sends, with frames of interim answers in between, for which it has no words.</summary>
    private async ValueTask<bool> PumpFramesAsync(LoopSocket kestrel, InterimFrames interims)
    {
        var frames = new FrameBoundaries();
        while (true)
        {
            while (frames.IsAtBoundary && interims.TryTake(out var first))
            {
                if (!await SendTunnelAsync(_socket, first.Bytes)) return false;
                first.Sent.TrySetResult();
            }
            await kestrel.Readable;
            var buffer = ArrayPool<byte>.Shared.Rent(_limits.RelayBytes);
            try
            {
                var count = kestrel.TryReceive(buffer);
                if (count == LoopSocket.WouldBlock) continue;
                if (count <= 0) return count == 0;
                _exchange.SentBytes += count;
                var boundary = frames.Advance(buffer.AsSpan(0, count));
                if (!await SendTunnelAsync(_socket, buffer.AsMemory(0, boundary))) return false;
                while (boundary > 0 && interims.TryTake(out var next))
                {
                    if (!await SendTunnelAsync(_socket, next.Bytes)) return false;
                    next.Sent.TrySetResult();
                }
                if (!await SendTunnelAsync(_socket, buffer.AsMemory(boundary, count - boundary))) return false;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
