using Tatara.Router.Tls;

namespace Tatara.Configuration;

/// <summary>What the router can be told beyond where it listens.</summary>
internal sealed record RouterSettings
{
    /// <summary>Networks of load balancers that speak the PROXY protocol.</summary>
    public IReadOnlyList<string> ProxyProtocolFrom { get; init; } = [];

    /// <summary>How long the health check fails before no more connections are taken; null: what suits the command.</summary>
    public TimeSpan? DrainWait { get; init; }

    /// <summary>How long what is under way may go on after that; null: what suits the command.</summary>
    public TimeSpan? DrainTimeout { get; init; }

    /// <summary>PEM: clients are asked for certificates of these authorities; null: they are not asked.</summary>
    public string? ClientAuthorities { get; init; }

    /// <summary>Clients without one are turned away.</summary>
    public bool RequiresClientCertificate { get; init; }

    public ForwardedClientCertMode ForwardedClientCert { get; init; } = ForwardedClientCertMode.SanitizeSet;

    /// <summary>PEM: what route services elsewhere are trusted by, beside what the machine trusts.</summary>
    public string? RouteServiceAuthorities { get; init; }

    /// <summary>Bytes of the largest request body; null: apps decide.</summary>
    public long? MaxBodyBytes { get; init; }

    /// <summary>Port of HTTPS as clients see it; null: the router's own.</summary>
    public int? ExternalHttpsPort { get; init; }
}
