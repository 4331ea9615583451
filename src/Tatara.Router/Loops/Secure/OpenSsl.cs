using System.Runtime.InteropServices;

namespace Tatara.Router.Loops.Secure;

/// <summary>OpenSSL 3, which .NET itself needs on Linux: it reads and writes the loop's sockets itself, so that nothing waits and nothing is copied twice.</summary>
internal static unsafe partial class OpenSsl
{
    public const int Ok = 1;
    public const int WantRead = 2;
    public const int WantWrite = 3;
    public const int ZeroReturn = 6;

    public const int CallbackOk = 0;
    public const int CallbackFatal = 2;
    public const int CallbackNoAnswer = 3;

    private const string Ssl = "libssl.so.3";
    private const string Crypto = "libcrypto.so.3";

    private const int SetMode = 33;
    private const int SetReadAhead = 41;
    private const int SetServerNameCallback = 53;
    private const int AddChainCertificate = 14;
    private const int SetMinimumVersion = 123;
    private const int SetMaximumVersion = 124;

    private const nint PartialWrite = 0x1;
    private const nint MovingWriteBuffer = 0x2;
    private const nint ReleaseBuffers = 0x10;

    private const ulong NoCompression = 1UL << 17;
    private const ulong NoRenegotiation = 1UL << 30;
    private const ulong IgnoreUnexpectedEnd = 1UL << 7;
    private const ulong PreferServersCiphers = 1UL << 22;

    /// <summary>A server's settings: what a connection can do without, it gives back while it is idle.</summary>
    public static nint CreateContext(int minimumVersion, int maximumVersion)
    {
        var context = SSL_CTX_new(TLS_server_method());
        if (context == 0) throw new InvalidOperationException("OpenSSL has no memory for a context.");
        _ = SSL_CTX_set_options(context, NoCompression | NoRenegotiation | IgnoreUnexpectedEnd | PreferServersCiphers);
        _ = SSL_CTX_ctrl(context, SetMode, PartialWrite | MovingWriteBuffer | ReleaseBuffers, null);
        _ = SSL_CTX_ctrl(context, SetReadAhead, 1, null);
        _ = SSL_CTX_ctrl(context, SetMinimumVersion, minimumVersion, null);
        _ = SSL_CTX_ctrl(context, SetMaximumVersion, maximumVersion, null);
        return context;
    }

    public static void FreeContext(nint context) => SSL_CTX_free(context);

    /// <summary>Sessions are resumed among contexts that have the same.</summary>
    public static void SetSessionScope(nint context, ReadOnlySpan<byte> scope)
    {
        fixed (byte* first = scope) _ = SSL_CTX_set_session_id_context(context, first, (uint)scope.Length);
    }

    public static bool UseCertificate(nint context, ReadOnlySpan<byte> certificate)
    {
        fixed (byte* first = certificate) return SSL_CTX_use_certificate_ASN1(context, certificate.Length, first) == Ok;
    }

    /// <param name="key">PKCS#8 without a password.</param>
    public static bool UsePrivateKey(nint context, ReadOnlySpan<byte> key)
    {
        fixed (byte* first = key)
        {
            var position = first;
            var parsed = d2i_AutoPrivateKey(null, &position, key.Length);
            if (parsed == 0) return false;
            var used = SSL_CTX_use_PrivateKey(context, parsed);
            EVP_PKEY_free(parsed);
            return used == Ok;
        }
    }

    public static bool AddToChain(nint context, ReadOnlySpan<byte> certificate)
    {
        fixed (byte* first = certificate)
        {
            var position = first;
            var parsed = d2i_X509(null, &position, certificate.Length);
            return parsed != 0 && SSL_CTX_ctrl(context, AddChainCertificate, 0, (void*)parsed) == Ok;
        }
    }

    /// <summary>Asks clients for a certificate; whether it is good is for the caller to say.</summary>
    public static void AskForCertificate(nint context)
    {
        const int verifyPeer = 1;
        SSL_CTX_set_verify(context, verifyPeer, &AcceptAny);
    }

    public static void OnServerName(nint context, delegate* unmanaged<nint, int*, nint, int> callback) =>
        _ = SSL_CTX_callback_ctrl(context, SetServerNameCallback, callback);

    public static void OnProtocols(nint context, delegate* unmanaged<nint, byte**, byte*, byte*, uint, nint, int> callback) =>
        SSL_CTX_set_alpn_select_cb(context, callback, 0);

    public static ReadOnlySpan<byte> ServerName(nint session) => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(SSL_get_servername(session, 0));

    public static void SwitchContext(nint session, nint context) => _ = SSL_set_SSL_CTX(session, context);

    public static nint CreateSession(nint context, int descriptor)
    {
        var session = SSL_new(context);
        if (session == 0) throw new InvalidOperationException("OpenSSL has no memory for a session.");
        _ = SSL_set_fd(session, descriptor);
        SSL_set_accept_state(session);
        return session;
    }

    public static void FreeSession(nint session) => SSL_free(session);

    /// <summary>Whether the client is to speak this protocol, as ALPN agreed.</summary>
    public static bool HasAgreedOn(nint session, ReadOnlySpan<byte> protocol)
    {
        byte* chosen;
        uint length;
        SSL_get0_alpn_selected(session, &chosen, &length);
        return chosen is not null && new ReadOnlySpan<byte>(chosen, (int)length).SequenceEqual(protocol);
    }

    /// <summary>The client's certificate as DER, null when it sent none.</summary>
    public static byte[]? PeerCertificate(nint session)
    {
        var certificate = SSL_get1_peer_certificate(session);
        if (certificate == 0) return null;
        var bytes = new byte[i2d_X509(certificate, null)];
        fixed (byte* first = bytes)
        {
            var position = first;
            _ = i2d_X509(certificate, &position);
        }
        X509_free(certificate);
        return bytes;
    }

    public static int Handshake(nint session)
    {
        ERR_clear_error();
        return SSL_do_handshake(session);
    }

    public static int Read(nint session, Span<byte> buffer)
    {
        ERR_clear_error();
        fixed (byte* first = buffer) return SSL_read(session, first, buffer.Length);
    }

    public static int Write(nint session, ReadOnlySpan<byte> data)
    {
        ERR_clear_error();
        fixed (byte* first = data) return SSL_write(session, first, data.Length);
    }

    /// <summary>Why a call did not do what it should.</summary>
    public static int Reason(nint session, int result) => SSL_get_error(session, result);

    public static bool HasPending(nint session) => SSL_has_pending(session) != 0;

    public static void Shutdown(nint session)
    {
        ERR_clear_error();
        _ = SSL_shutdown(session);
        ERR_clear_error();
    }

    [UnmanagedCallersOnly]
    private static int AcceptAny(int preverified, nint store) => Ok;

    [LibraryImport(Ssl)]
    private static partial nint TLS_server_method();

    [LibraryImport(Ssl)]
    private static partial nint SSL_CTX_new(nint method);

    [LibraryImport(Ssl)]
    private static partial void SSL_CTX_free(nint context);

    [LibraryImport(Ssl)]
    private static partial ulong SSL_CTX_set_options(nint context, ulong options);

    [LibraryImport(Ssl)]
    private static partial nint SSL_CTX_ctrl(nint context, int command, nint number, void* pointer);

    [LibraryImport(Ssl)]
    private static partial nint SSL_CTX_callback_ctrl(nint context, int command, delegate* unmanaged<nint, int*, nint, int> callback);

    [LibraryImport(Ssl)]
    private static partial void SSL_CTX_set_alpn_select_cb(nint context, delegate* unmanaged<nint, byte**, byte*, byte*, uint, nint, int> callback, nint argument);

    [LibraryImport(Ssl)]
    private static partial int SSL_CTX_set_session_id_context(nint context, byte* scope, uint length);

    [LibraryImport(Ssl)]
    private static partial void SSL_CTX_set_verify(nint context, int mode, delegate* unmanaged<int, nint, int> callback);

    [LibraryImport(Ssl)]
    private static partial int SSL_CTX_use_certificate_ASN1(nint context, int length, byte* certificate);

    [LibraryImport(Ssl)]
    private static partial int SSL_CTX_use_PrivateKey(nint context, nint key);

    [LibraryImport(Ssl)]
    private static partial nint SSL_new(nint context);

    [LibraryImport(Ssl)]
    private static partial void SSL_free(nint session);

    [LibraryImport(Ssl)]
    private static partial int SSL_set_fd(nint session, int descriptor);

    [LibraryImport(Ssl)]
    private static partial void SSL_set_accept_state(nint session);

    [LibraryImport(Ssl)]
    private static partial byte* SSL_get_servername(nint session, int type);

    [LibraryImport(Ssl)]
    private static partial nint SSL_set_SSL_CTX(nint session, nint context);

    [LibraryImport(Ssl)]
    private static partial void SSL_get0_alpn_selected(nint session, byte** protocol, uint* length);

    [LibraryImport(Ssl)]
    private static partial nint SSL_get1_peer_certificate(nint session);

    [LibraryImport(Ssl)]
    private static partial int SSL_do_handshake(nint session);

    [LibraryImport(Ssl)]
    private static partial int SSL_read(nint session, byte* buffer, int length);

    [LibraryImport(Ssl)]
    private static partial int SSL_write(nint session, byte* data, int length);

    [LibraryImport(Ssl)]
    private static partial int SSL_get_error(nint session, int result);

    [LibraryImport(Ssl)]
    private static partial int SSL_has_pending(nint session);

    [LibraryImport(Ssl)]
    private static partial int SSL_shutdown(nint session);

    [LibraryImport(Crypto)]
    private static partial nint d2i_AutoPrivateKey(nint* target, byte** position, nint length);

    [LibraryImport(Crypto)]
    private static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Crypto)]
    private static partial nint d2i_X509(nint* target, byte** position, nint length);

    [LibraryImport(Crypto)]
    private static partial int i2d_X509(nint certificate, byte** position);

    [LibraryImport(Crypto)]
    private static partial void X509_free(nint certificate);

    [LibraryImport(Crypto)]
    private static partial void ERR_clear_error();
}
