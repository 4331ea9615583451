using System.Net;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Router.Acme;
using Tatara.Router.OwnAnswers;
using Tatara.Router.Proxy;
using Tatara.Router.RouteServices;
using Tatara.Router.Tcp;
using Tatara.Router.Tls;
using Tatara.Status;

namespace Tatara.Router;

/// <summary>How one router runs.</summary>
public sealed record RouterOptions
{
    /// <summary>A router that takes a day to end is one that was forgotten.</summary>
    private static readonly TimeSpan MaxDrain = TimeSpan.FromHours(24);

    /// <summary>User of a router's status when nothing else is said.</summary>
    public const string StatusUser = "router";

    /// <summary>The bus that endpoints register on.</summary>
    public required NatsOptions Bus { get; init; }

    /// <summary>Tells routers apart on the bus and in logs.</summary>
    public string Id { get; init; } = Guid.NewGuid().ToString();

    /// <summary>Addresses to listen on. None means every address of the machine.</summary>
    public IReadOnlyList<string> ListenAddresses { get; init; } = [];

    /// <summary>Port for plain HTTP; 0 takes any free one, null turns it off.</summary>
    public int? HttpPort { get; init; } = 80;

    /// <summary>Port for HTTPS; 0 takes any free one, null turns it off. Needs <see cref="Certificates"/>.</summary>
    public int? HttpsPort { get; init; } = 443;

    /// <summary>Certificates, chosen by the name the client asks for; the first serves clients that name none or an unknown one.</summary>
    public IReadOnlyList<CertificateFiles> Certificates { get; init; } = [];

    /// <summary>Folder of further certificates, which is looked at again every few seconds; null: none. NAME.crt beside NAME.key, or NAME.pem with both.</summary>
    public string? CertificateFolder { get; init; }

    /// <summary>Certificates ordered from an authority; null: none.</summary>
    public AcmeOptions? Acme { get; init; }

    /// <summary>Asking clients for certificates; null: they are not asked.</summary>
    public ClientCertificates? ClientCertificates { get; init; }

    /// <summary>What becomes of X-Forwarded-Client-Cert. The default trusts no client.</summary>
    public ForwardedClientCertMode ForwardedClientCert { get; init; } = ForwardedClientCertMode.SanitizeSet;

    /// <summary>Domains whose clients are sent from HTTP to HTTPS: "shop.example.com", "*.example.com" for every name below, "*" for all.</summary>
    public IReadOnlyList<string> HttpsOnly { get; init; } = [];

    /// <summary>Port of HTTPS as clients see it, which redirects lead to; null: the one of <see cref="HttpsPort"/>.</summary>
    public int? ExternalHttpsPort { get; init; }

    /// <summary>Where it shows how it is, at /healthz, and with the password its numbers and /routes.</summary>
    public StatusOptions Status { get; init; } = new() { User = StatusUser };

    /// <summary>An endpoint that has not registered for this long is dropped. Longer survives more lost messages; shorter forgets dead instances sooner.</summary>
    public TimeSpan PruneThreshold { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How often stale endpoints are looked for.</summary>
    public TimeSpan PruneInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often endpoints are asked to register again.</summary>
    public TimeSpan RegisterInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a route without endpoints answers 503 before it is forgotten and answers 404.</summary>
    public TimeSpan EmptyRouteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Silence of an endpoint, in either direction, after which a request has failed. WebSockets and other tunnels have none.</summary>
    public TimeSpan EndpointTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a connect to an endpoint may take before the next one is tried.</summary>
    public TimeSpan EndpointConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>When the router stops, its health check fails for this long before it takes no more connections. Longer than load balancers take to notice; zero where there is none.</summary>
    public TimeSpan DrainWait { get; init; }

    /// <summary>How long requests, tunnels and connections of TCP routes may go on after that. Nothing is waited for when all have ended.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Requests and tunnels that one endpoint serves at a time; 0 for any number. More get 503: better a few refused than an app drowned.</summary>
    public int MaxConnectionsPerEndpoint { get; init; } = 500;

    /// <summary>Bytes of the largest request body; larger ones get 413, by their Content-Length or as soon as their chunks announce more. Null: apps decide.</summary>
    public long? MaxBodyBytes { get; init; }

    /// <summary>Where this router runs. Endpoints of the same zone go first; null knows no zones.</summary>
    public string? Zone { get; init; }

    /// <summary>
    /// Networks (10.0.0.0/8) of load balancers in front, whose X-Forwarded-* and Forwarded fields are believed; those of
    /// others are dropped. Null: everybody's X-Forwarded-For is passed on with the client's own address behind.
    /// </summary>
    public IReadOnlyList<string>? TrustedProxies { get; init; }

    /// <summary>
    /// Networks (10.0.0.0/8) of load balancers that begin each connection, of HTTP, HTTPS and TCP routes, with a PROXY
    /// header (version 1 or 2): the client is the one they name. A connection of theirs that begins otherwise is closed.
    /// Others are clients themselves, and a header of theirs is malformed HTTP.
    /// </summary>
    public IReadOnlyList<string> ProxyProtocolFrom { get; init; } = [];

    /// <summary>A router that starts listens when no new endpoint was heard of for so long: its table is whole then. Zero: at once.</summary>
    public TimeSpan FillQuiet { get; init; } = TimeSpan.FromSeconds(0.3);

    /// <summary>Trace headers that requests get when they have none, and that are continued when they have.</summary>
    public Tracing Tracing { get; init; }

    /// <summary>Cookies of the apps that make a session stick to its instance.</summary>
    public IReadOnlyList<string> StickySessionCookies { get; init; } = ["JSESSIONID"];

    /// <summary>Route services; null: routes that have one lead nowhere.</summary>
    public RouteServiceOptions? RouteServices { get; init; }

    /// <summary>TCP routes; null: this router serves none.</summary>
    public TcpRouting? Tcp { get; init; }

    /// <summary>How endpoints that register a TLS port are asked; null: by their plain port.</summary>
    public PeerNetwork? Peers { get; init; }

    /// <summary>Hosts of the platform itself, each with the name that a certificate must have to serve it. Whoever may register routes cannot take these. Needs <see cref="Peers"/>.</summary>
    public IReadOnlyDictionary<string, string> OwnHosts { get; init; } = new Dictionary<string, string>();

    /// <summary>Threads that serve requests; null for one a processor.</summary>
    internal int? Loops { get; init; }

    /// <summary>Bounds on what clients and endpoints may ask of the router.</summary>
    internal ProxyLimits Limits { get; init; } = new();

    /// <summary>Checks what no type can.</summary>
    /// <exception cref="ArgumentException">Says in a sentence what is wrong.</exception>
    public void Validate()
    {
        if (Bus.Servers.Count == 0) throw new ArgumentException("The router needs at least one bus server.");
        if (HttpPort is null && HttpsPort is null) throw new ArgumentException("The router needs an HTTP or an HTTPS port.");
        if (HttpsPort is not null && Certificates.Count == 0)
            throw new ArgumentException("HTTPS needs a certificate: give one, or turn the HTTPS port off.");
        foreach (var port in new[] { HttpPort, HttpsPort })
            if (port is < 0 or > IPEndPoint.MaxPort) throw new ArgumentException($"{port} is not a port.");
        if (RouteServices is { Secret.Length: < 16 } or { PreviousSecret.Length: < 16 })
            throw new ArgumentException("The secret of route services needs 16 characters or more.");
        if (RouteServices is { Timeout: var timeout } && timeout <= TimeSpan.Zero) throw new ArgumentException("The timeout of route services must be more than zero.");
        if (HttpsOnly.Count > 0 && HttpsPort is null && ExternalHttpsPort is null)
            throw new ArgumentException("HttpsOnly sends clients to HTTPS, which is off.");
        _ = new NamePatterns(HttpsOnly);
        if (Acme is not null) ValidateAcme(Acme);
        if (Tcp is not null && new[] { HttpPort, HttpsPort, Status.Port }.FirstOrDefault(p => p is > 0 && Tcp.Ports.Contains(p.Value)) is { } shared)
            throw new ArgumentException($"Port {shared} is the router's own and cannot be one of its TCP routes' too.");
        foreach (var network in (TrustedProxies ?? []).Concat(ProxyProtocolFrom))
            if (!IPNetwork.TryParse(network, out _)) throw new ArgumentException($"'{network}' is not a network like 10.0.0.0/8.");
        foreach (var address in ListenAddresses)
            if (!IPAddress.TryParse(address, out _)) throw new ArgumentException($"'{address}' is not an IP address to listen on.");
        foreach (var (name, value) in new[]
        {
            (nameof(PruneThreshold), PruneThreshold), (nameof(PruneInterval), PruneInterval), (nameof(RegisterInterval), RegisterInterval),
            (nameof(EndpointTimeout), EndpointTimeout), (nameof(EndpointConnectTimeout), EndpointConnectTimeout),
        })
            if (value <= TimeSpan.Zero) throw new ArgumentException($"{name} must be more than zero.");
        if (MaxBodyBytes < 0) throw new ArgumentException("MaxBodyBytes must be zero or more.");
        if (DrainWait < TimeSpan.Zero || DrainTimeout < TimeSpan.Zero || DrainWait + DrainTimeout > MaxDrain)
            throw new ArgumentException($"DrainWait and DrainTimeout must be zero or more, and {MaxDrain.TotalHours:0} hours together at most.");
        if (PruneThreshold <= RegisterInterval)
            throw new ArgumentException("PruneThreshold must exceed RegisterInterval, or live endpoints are dropped.");
    }

    private void ValidateAcme(AcmeOptions acme)
    {
        if (HttpsPort is null || HttpPort is null) throw new ArgumentException("ACME needs HTTPS to use certificates, and HTTP to prove names.");
        if (acme.Directory.Scheme != Uri.UriSchemeHttps) throw new ArgumentException($"The ACME directory {acme.Directory} must be an https address.");
        if (acme.Names.Count == 0) throw new ArgumentException("ACME needs the names that certificates are ordered for.");
        _ = new NamePatterns(acme.Names);
    }
}

/// <summary>A certificate with its chain, and its private key, both PEM.</summary>
public sealed record CertificateFiles(string CertificateFile, string KeyFile);
