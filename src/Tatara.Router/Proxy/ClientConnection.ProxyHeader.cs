using Tatara.Router.Loops;
using Tatara.Router.ProxyProtocol;

namespace Tatara.Router.Proxy;

/// <summary>Whom a load balancer speaks for, said before anything else, TLS included.</summary>
internal sealed partial class ClientConnection
{
    /// <summary>Looks until the header is whole and takes it and nothing else: what follows is OpenSSL's, or a request.</summary>
    /// <returns>False when the connection is of no use.</returns>
    private async ValueTask<bool> ReadProxyHeaderAsync()
    {
        SetDeadline(_limits.HandshakeTimeout);
        _closesAtDeadline = true;
        ProxyHeaderStatus status;
        while ((status = TryReadProxyHeader()) == ProxyHeaderStatus.Incomplete)
        {
            if (_socket.HasEnded) return false;
            _socket.ForgetInput();
            await _socket.Readable;
        }
        _closesAtDeadline = false;
        _client.BeginsWithProxyHeader = false;
        return status == ProxyHeaderStatus.Complete;
    }

    private ProxyHeaderStatus TryReadProxyHeader()
    {
        Span<byte> bytes = stackalloc byte[ProxyHeader.MaxBytes];
        var count = _socket.TryPeek(bytes);
        if (count == LoopSocket.WouldBlock) return ProxyHeaderStatus.Incomplete;
        // Health checks that connect and close are no error.
        if (count <= 0) return ProxyHeaderStatus.Invalid;
        var status = ProxyHeader.TryRead(bytes[..count], out var header, out var length);
        if (status == ProxyHeaderStatus.Invalid) Log.NoProxyHeader(_context.Logger, _client.Remote.ToString());
        if (status != ProxyHeaderStatus.Complete) return status;
        _socket.Skip(bytes[..length]);
        return header.Source is null || TryBecome(header) ? status : ProxyHeaderStatus.Invalid;
    }

    private bool TryBecome(in ProxyHeader header)
    {
        var client = new ClientAddress(header.Source!, header.Destination?.Port ?? _client.LocalPort, _client.IsHttps, _context.Trusted);
        if (!_context.Clients.TryMove(_client.Remote.Address, client.Remote.Address)) return false;
        _client = client;
        return true;
    }
}
