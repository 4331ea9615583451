using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Tatara.Router.Proxy.Backends;
using Tatara.Router.OwnAnswers;
using Tatara.Router.Proxy.Http1;

namespace Tatara.Router.Proxy;

/// <summary>What goes to the client: answers of endpoints and the router's own.</summary>
internal sealed partial class ClientConnection
{
    private readonly ChunkedReader _responseChunks = new();
    private bool _closesClient;
    private bool _hasPassedInterim;

    /// <summary>Some of the request is still to come: the next bytes on the connection are not another one.</summary>
    private volatile bool _isBodyUnread;

    /// <summary>The endpoint sent more than it announced: what follows on its connection cannot be trusted.</summary>
    private bool _hasExcess;

    /// <summary>Passes head and body on.</summary>
    /// <returns>Whether the client got all of it, and whether the connection to the endpoint can serve another request.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(bool IsWhole, bool MayKeep)> RelayResponseAsync(BackendConnection backend, bool closes)
    {
        var framing = ResponseWriter.FramingOf(_exchange);
        var keepsChunks = Request.MinorVersion == 1;
        var clientFraming = framing is Framing.Chunked or Framing.UntilClose
            ? keepsChunks ? Framing.Chunked : Framing.UntilClose
            : framing;
        _closesClient = closes || clientFraming == Framing.UntilClose;
        _exchange.Status = Response.Status;
        var length = ResponseWriter.Write(_exchange, clientFraming, _closesClient, _context.Sticky, _output.GetSpan(ResponseWriter.MaxLength(_responseBuffer)));
        _output.Advance(length);
        var mayKeep = !Response.Closes;
        _hasExcess = false;
        try
        {
            var isWhole = framing switch
            {
                Framing.Length => await RelayBytesAsync(backend, Response.ContentLength),
                Framing.Chunked => await RelayChunksAsync(backend, keepsChunks),
                Framing.UntilClose => await RelayUntilCloseAsync(backend, keepsChunks),
                _ => await FlushAsync(),
            };
            return (isWhole, mayKeep && framing != Framing.UntilClose && !_hasExcess && (framing != Framing.None || _responseBuffer.Rest.IsEmpty));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return (false, false);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> RelayBytesAsync(BackendConnection backend, long left)
    {
        var rest = _responseBuffer.Rest;
        _hasExcess = rest.Length > left;
        if (_hasExcess) rest = rest[..(int)left];
        Write(rest.Span);
        left -= rest.Length;
        if (!await FlushAsync()) return false;
        while (left > 0)
        {
            var count = await backend.ReceiveAsync(_output.GetMemory(_limits.RelayBytes)[..(int)Math.Min(left, _limits.RelayBytes)]);
            if (count == 0) return false;
            _output.Advance(count);
            left -= count;
            _exchange.SentBytes += count;
            if (!await FlushAsync()) return false;
        }
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> RelayChunksAsync(BackendConnection backend, bool keepsChunks)
    {
        _responseChunks.Reset();
        var data = _responseBuffer.Rest;
        while (true)
        {
            var status = _responseChunks.Read(data.Span, _output.GetSpan(data.Length + ChunkedReader.Overhead), keepsChunks, out var consumed, out var written);
            _output.Advance(written);
            _exchange.SentBytes += written;
            if (status == ChunkedStatus.Malformed) return false;
            _hasExcess = consumed < data.Length;
            if (status == ChunkedStatus.Done) break;
            if (!await FlushAsync()) return false;
            var buffer = _responseBuffer.Reuse(_limits.RelayBytes);
            var count = await backend.ReceiveAsync(buffer);
            if (count == 0) return false;
            data = buffer[..count];
        }
        if (keepsChunks)
        {
            _output.Write("0\r\n"u8);
            _output.Write(_responseChunks.Trailers);
            _output.Write("\r\n"u8);
        }
        return await FlushAsync();
    }

    /// <summary>A client of HTTP/1.1 gets chunks: it can tell the end from a failure and keep its connection.</summary>
    private async ValueTask<bool> RelayUntilCloseAsync(BackendConnection backend, bool addsChunks)
    {
        var data = _responseBuffer.Rest;
        while (true)
        {
            if (!data.IsEmpty)
            {
                if (addsChunks) _output.Advance(ChunkedReader.WriteSize(data.Length, _output.GetSpan(ChunkedReader.Overhead)));
                Write(data.Span);
                if (addsChunks) _output.Write("\r\n"u8);
            }
            if (!await FlushAsync()) return false;
            var buffer = _responseBuffer.Reuse(_limits.RelayBytes);
            var count = await backend.ReceiveAsync(buffer);
            if (count == 0) break;
            data = buffer[..count];
        }
        if (!addsChunks) return true;
        _output.Write("0\r\n\r\n"u8);
        return await FlushAsync();
    }

    /// <summary>HTTP/1.0 has no interim responses.</summary>
    private async ValueTask PassInterimAsync()
    {
        if (Request.MinorVersion == 0) return;
        _hasPassedInterim = true;
        _output.Advance(ResponseWriter.WriteInterim(Response, _output.GetSpan(ResponseWriter.MaxLength(_responseBuffer))));
        await FlushAsync();
    }

    /// <summary>Answers for the router itself.</summary>
    private async ValueTask<Outcome> RefuseAsync(RouterError error)
    {
        var unread = error.IsFatal || _isBodyUnread;
        var closes = unread || Request.Closes || _isDraining || _isExpired;
        _exchange.Status = error.Status;
        _exchange.RouterError = error.Code;
        _output.Write(error.Render(_exchange, closes));
        if (!await FlushAsync()) return Outcome.Close;
        if (unread) await LingerAsync();
        return closes ? Outcome.Close : Outcome.KeepAlive;
    }

    private async ValueTask<Outcome> AnswerAsync(OwnAnswer answer)
    {
        var closes = _isBodyUnread || Request.Closes || _isDraining || Request.MinorVersion == 0;
        _exchange.Status = answer.Status;
        _output.Write(answer.Render(Encoding.ASCII.GetBytes(_exchange.RequestId.ToString()), closes, Request.IsHead));
        if (!await FlushAsync()) return Outcome.Close;
        if (_isBodyUnread) await LingerAsync();
        return closes ? Outcome.Close : Outcome.KeepAlive;
    }

    private void Write(ReadOnlySpan<byte> body)
    {
        _output.Write(body);
        _exchange.SentBytes += body.Length;
    }

    /// <summary>Waits while the client is slow to read, so that the endpoint waits too. False when the client is gone.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FlushAsync()
    {
        _isFlushing = true;
        var result = await _output.FlushAsync();
        _isFlushing = false;
        Touch();
        return !result.IsCompleted && !result.IsCanceled;
    }
}
