using System.Security.Cryptography.X509Certificates;

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
/// <param name="Value">A field with this value is added; null: none.</param>
internal readonly record struct ForwardedClientCert(bool PassesOn, string? Value)
{
    public const string FieldName = "X-Forwarded-Client-Cert";

    /// <param name="client">The certificate that the client showed in the handshake; null: none, or no TLS.</param>
    /// <param name="isTls">Whether the client came over TLS.</param>
    /// <param name="fromRouteService">The request comes back from a route service with a valid signature: its field was made when it first came.</param>
    public static ForwardedClientCert Decide(ForwardedClientCertMode mode, X509Certificate2? client, bool isTls, bool fromRouteService) => mode switch
    {
        ForwardedClientCertMode.AlwaysForward => new(true, null),
        ForwardedClientCertMode.Forward => new(client is not null && !fromRouteService, null),
        _ when fromRouteService && isTls => new(true, null),
        _ => new(false, client is null ? null : ValueOf(client)),
    };

    /// <summary>The certificate as PEM in one line without its armour.</summary>
    public static string ValueOf(X509Certificate2 client) => Convert.ToBase64String(client.RawDataMemory.Span);
}
