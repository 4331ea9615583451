namespace Tatara.Router.Loops.Secure;

/// <summary>A client's connection with TLS. Until the handshake is through there is nothing to read or write.</summary>
internal sealed class SecureSocket(Loop loop, int descriptor, SecureContexts contexts) : LoopSocket(loop, descriptor, isConnected: true)
{
    /// <summary>A record's worth: what is sent together costs one.</summary>
    private const int MaxRecordBytes = 16 * 1024;

    private readonly nint _session = contexts.CreateSession(descriptor);
    private SecureContext? _context;
    private bool _hasShaken;
    private bool _hasFailed;

    public override bool MayHaveInput => base.MayHaveInput || (_hasShaken && !IsClosed && OpenSsl.HasPending(_session));

    public override bool CanSplice => false;

    /// <summary>Those that the name chose. Known once the handshake is through.</summary>
    public System.Net.Security.SslServerAuthenticationOptions? Options => _context?.Options;

    public bool SpeaksHttp2 => !IsClosed && OpenSsl.HasAgreedOn(_session, "h2"u8);

    /// <summary>Goes on with the handshake.</summary>
    /// <returns>False when it failed, and the connection is of no use.</returns>
    public async ValueTask<bool> HandshakeAsync()
    {
        while (!IsClosed)
        {
            var result = contexts.Handshake(_session, ref _context);
            if (result == OpenSsl.Ok)
            {
                _hasShaken = true;
                return true;
            }
            switch (OpenSsl.Reason(_session, result))
            {
                case OpenSsl.WantRead:
                    ForgetInput();
                    if (HasEnded) return false;
                    await Readable;
                    break;
                case OpenSsl.WantWrite:
                    ForgetRoom();
                    await Writable;
                    break;
                default:
                    _hasFailed = true;
                    return false;
            }
        }
        return false;
    }

    /// <summary>The client's certificate, null when it sent none or was not asked for one.</summary>
    public byte[]? PeerCertificate() => IsClosed ? null : OpenSsl.PeerCertificate(_session);

    public override int TryReceive(Span<byte> buffer)
    {
        if (IsClosed || _hasFailed) return Failed;
        // One read gives one record at most; small ones are gathered.
        var total = 0;
        while (total < buffer.Length)
        {
            var count = OpenSsl.Read(_session, buffer[total..]);
            if (count > 0)
            {
                total += count;
                continue;
            }
            var reason = OpenSsl.Reason(_session, count);
            if (reason is OpenSsl.WantRead or OpenSsl.WantWrite) ForgetInput();
            if (total > 0) return total;
            if (reason is OpenSsl.WantRead or OpenSsl.WantWrite) return HasEnded ? 0 : WouldBlock;
            if (reason == OpenSsl.ZeroReturn) return 0;
            _hasFailed = true;
            return Failed;
        }
        return total;
    }

    public override int TrySend(ReadOnlySpan<byte> data)
    {
        if (IsClosed || _hasFailed) return Failed;
        var total = 0;
        while (total < data.Length)
        {
            var count = OpenSsl.Write(_session, data[total..]);
            if (count > 0)
            {
                total += count;
                continue;
            }
            switch (OpenSsl.Reason(_session, count))
            {
                case OpenSsl.WantWrite:
                    ForgetRoom();
                    return total > 0 ? total : WouldBlock;
                case OpenSsl.WantRead:
                    return total > 0 ? total : WouldBlock;
                default:
                    _hasFailed = true;
                    return Failed;
            }
        }
        return total;
    }

    /// <summary>A small body goes into the record of its head.</summary>
    public override int TrySend(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        if (head.Length + body.Length <= MaxRecordBytes)
        {
            Span<byte> record = stackalloc byte[head.Length + body.Length];
            head.CopyTo(record);
            body.CopyTo(record[head.Length..]);
            return TrySend(record);
        }
        var sent = TrySend(head);
        if (sent < head.Length) return sent;
        var more = TrySend(body);
        return more == Failed ? Failed : sent + Math.Max(0, more);
    }

    public override void FinishSending()
    {
        if (IsClosed) return;
        if (_hasShaken && !_hasFailed) OpenSsl.Shutdown(_session);
        base.FinishSending();
    }

    public override void Close()
    {
        if (IsClosed) return;
        if (_hasShaken && !_hasFailed) OpenSsl.Shutdown(_session);
        base.Close();
        OpenSsl.FreeSession(_session);
    }
}
