using System.Buffers.Text;

namespace Tatara.Router.Tls;

/// <summary>What the router does with X-Forwarded-Client-Cert; the modes are gorouter's.</summary>
public enum ForwardedClientCertMode
{
    /// <summary>The client's field is dropped; a client that showed a certificate gets one made of it. For routers that clients reach directly.</summary>
    SanitizeSet,

    /// <summary>The client's field passes if the client showed a certificate: a load balancer in front that does so set it.</summary>
    Forward,

    /// <summary>The client's field always passes: something in front can be trusted to have set or dropped it.</summary>
    AlwaysForward,
}

/// <summary>What becomes of the field in one request.</summary>
/// <param name="PassesOn">The client's own fields of the name go to the endpoint.</param>
/// <param name="Adds">A field made of the client's certificate is added.</param>
internal readonly record struct ForwardedClientCert(bool PassesOn, bool Adds)
{
    /// <param name="hasCertificate">Whether the client showed one in the handshake.</param>
    /// <param name="isTls">Whether the client came over TLS.</param>
    /// <param name="fromRouteService">The request comes back from a route service with a valid signature: its field was made when it first came.</param>
    public static ForwardedClientCert Decide(ForwardedClientCertMode mode, bool hasCertificate, bool isTls, bool fromRouteService) => mode switch
    {
        ForwardedClientCertMode.AlwaysForward => new(true, false),
        ForwardedClientCertMode.Forward => new(hasCertificate && !fromRouteService, false),
        _ when fromRouteService && isTls => new(true, false),
        _ => new(false, hasCertificate),
    };

    /// <summary>The certificate as PEM in one line without its armour.</summary>
    /// <param name="der">As the client showed it.</param>
    public static byte[] ValueOf(ReadOnlySpan<byte> der)
    {
        var value = new byte[Base64.GetMaxEncodedToUtf8Length(der.Length)];
        Base64.EncodeToUtf8(der, value, out _, out _);
        return value;
    }
}
