using System.Buffers;
using System.Runtime.CompilerServices;
using Tatara.Router.Loops;

namespace Tatara.Router.Proxy;

/// <summary>Sending to either side. Mostly the kernel takes all of it at once; a slow peer holds the other one back.</summary>
internal sealed partial class ClientConnection
{
    /// <summary>Sends a head and what there is of a body. The head may be in scratch memory: what is not sent at once is copied.</summary>
    /// <returns>False when the peer is gone or too slow.</returns>
    private ValueTask<bool> SendAsync(LoopSocket socket, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        var sent = body.IsEmpty ? socket.TrySend(head) : socket.TrySend(head, body);
        if (sent == head.Length + body.Length) return new(true);
        return sent == LoopSocket.Failed ? new(false) : SendLaterAsync(socket, head, body, Math.Max(0, sent));
    }

    private ValueTask<bool> SendLaterAsync(LoopSocket socket, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, int sent)
    {
        var all = ArrayPool<byte>.Shared.Rent(head.Length + body.Length);
        head.CopyTo(all);
        body.CopyTo(all.AsSpan(head.Length));
        return SendRentedAsync(socket, all, sent, head.Length + body.Length);
    }

    private async ValueTask<bool> SendRentedAsync(LoopSocket socket, byte[] rented, int start, int end)
    {
        try
        {
            return await SendRestAsync(socket, rented.AsMemory(start, end - start));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private ValueTask<bool> SendAllAsync(LoopSocket socket, ReadOnlyMemory<byte> data)
    {
        var sent = socket.TrySend(data.Span);
        if (sent == data.Length) return new(true);
        return sent == LoopSocket.Failed ? new(false) : SendRestAsync(socket, data[Math.Max(0, sent)..]);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> SendRestAsync(LoopSocket socket, ReadOnlyMemory<byte> data)
    {
        while (!data.IsEmpty)
        {
            await socket.Writable;
            if (_isExpired) return false;
            var sent = socket.TrySend(data.Span);
            if (sent == LoopSocket.Failed) return false;
            if (sent == LoopSocket.WouldBlock) continue;
            data = data[sent..];
            Touch();
        }
        return true;
    }
}
