using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Tatara.Router.Proxy.Backends;

namespace Tatara.Router.Proxy;

/// <summary>After a 101 the connection carries bytes of another protocol (WebSockets mostly) both ways.</summary>
internal sealed partial class ClientConnection
{
    private async ValueTask<Outcome> TunnelAsync(BackendConnection backend)
    {
        _exchange.Status = Response.Status;
        _endsWithClient = false;
        _output.Advance(ResponseWriter.WriteSwitch(_exchange, _output.GetSpan(ResponseWriter.MaxLength(_responseBuffer))));
        Write(_responseBuffer.Rest.Span);
        if (!await FlushAsync()) return Outcome.Close;
        SetDeadline(null);
        backend.KeepAlive();
        if (_connection.Features.Get<IConnectionSocketFeature>() is { } client) TcpKeepAlive.Enable(client.Socket);

        var up = PumpUpAsync(backend);
        var isClean = await PumpDownAsync(backend);
        // The endpoint is done, and a client cannot be told so but by closing.
        _stopsBody = true;
        CloseBackend();
        _input.CancelPendingRead();
        await up;
        return isClean ? Outcome.Close : Outcome.Abort;
    }

    private async Task PumpUpAsync(BackendConnection backend)
    {
        try
        {
            while (true)
            {
                var result = await _input.ReadAsync();
                if (_stopsBody) return;
                foreach (var segment in result.Buffer) await backend.SendAsync(segment);
                _exchange.ReceivedBytes += result.Buffer.Length;
                _input.AdvanceTo(result.Buffer.End);
                if (!result.IsCompleted) continue;
                backend.FinishSending();
                SetDeadline(_limits.HalfClosedTimeout);
                return;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException or OperationCanceledException)
        {
            CloseBackend();
        }
    }

    private async ValueTask<bool> PumpDownAsync(BackendConnection backend)
    {
        try
        {
            while (true)
            {
                // Waits without a buffer: tunnels are silent most of the time, and there may be thousands.
                await backend.ReceiveAsync(Memory<byte>.Empty);
                var count = await backend.ReceiveAsync(_output.GetMemory(_limits.RelayBytes));
                if (count == 0) return true;
                _output.Advance(count);
                _exchange.SentBytes += count;
                var result = await _output.FlushAsync();
                if (result.IsCompleted) return true;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
