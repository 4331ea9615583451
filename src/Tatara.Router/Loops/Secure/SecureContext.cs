using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tatara.Router.Loops.Secure;

/// <summary>One certificate with its key and chain as OpenSSL holds them. Freed with the last reference to it.</summary>
internal sealed unsafe class SecureContext
{
    private const int Tls12 = 0x0303;
    private const int Tls13 = 0x0304;

    /// <exception cref="CryptographicException">OpenSSL does not take the certificate or its key.</exception>
    public SecureContext(SslServerAuthenticationOptions options)
    {
        Options = options;
        var protocols = options.EnabledSslProtocols;
        Handle = OpenSsl.CreateContext(
            protocols is SslProtocols.None || protocols.HasFlag(SslProtocols.Tls12) ? Tls12 : Tls13,
            protocols is SslProtocols.None || protocols.HasFlag(SslProtocols.Tls13) ? Tls13 : Tls12);
        OpenSsl.SetSessionScope(Handle, "tatara"u8);
        OpenSsl.OnProtocols(Handle, &ChooseProtocol);
        var (certificate, chain) = options.ServerCertificateContext is { } context
            ? (context.TargetCertificate, context.IntermediateCertificates)
            : throw new CryptographicException("There is no certificate.");
        if (!OpenSsl.UseCertificate(Handle, certificate.RawData) || !OpenSsl.UsePrivateKey(Handle, PrivateKey(certificate)))
            throw new CryptographicException($"OpenSSL cannot use the certificate of {certificate.Subject} with its key.");
        foreach (var link in chain)
            if (!OpenSsl.AddToChain(Handle, link.RawData)) throw new CryptographicException($"OpenSSL cannot use {link.Subject} in a chain.");
        if (options.ClientCertificateRequired) OpenSsl.AskForCertificate(Handle);
    }

    ~SecureContext() => OpenSsl.FreeContext(Handle);

    public SslServerAuthenticationOptions Options { get; }

    public nint Handle { get; }

    private static byte[] PrivateKey(X509Certificate2 certificate)
    {
        using AsymmetricAlgorithm? key = certificate.GetECDsaPrivateKey() ?? (AsymmetricAlgorithm?)certificate.GetRSAPrivateKey();
        return key?.ExportPkcs8PrivateKey() ?? throw new CryptographicException($"The certificate of {certificate.Subject} has no RSA or elliptic curve key.");
    }

    /// <summary>HTTP/2 before HTTP/1.1, whatever order the client likes; another protocol is none.</summary>
    [UnmanagedCallersOnly]
    private static int ChooseProtocol(nint session, byte** chosen, byte* chosenLength, byte* offered, uint offeredLength, nint argument)
    {
        byte* fallback = null;
        for (var at = 0; at < offeredLength; at += 1 + offered[at])
        {
            var protocol = new ReadOnlySpan<byte>(offered + at + 1, offered[at]);
            if (protocol.SequenceEqual("h2"u8))
            {
                *chosen = offered + at + 1;
                *chosenLength = offered[at];
                return OpenSsl.CallbackOk;
            }
            if (protocol.SequenceEqual("http/1.1"u8)) fallback = offered + at;
        }
        if (fallback is null) return OpenSsl.CallbackNoAnswer;
        *chosen = fallback + 1;
        *chosenLength = *fallback;
        return OpenSsl.CallbackOk;
    }
}
