namespace Tatara.Router.Proxy;

/// <summary>Bounds on what a peer may ask of the router. The defaults are what it runs with; tests make them small.</summary>
internal sealed record ProxyLimits
{
    /// <summary>A request or response head. Large cookies and security policies reach 16 KB; more is an attack or an error.</summary>
    public int MaxHeadBytes { get; init; } = 64 * 1024;

    /// <summary>Fields in a head. Browsers send about 20; each costs every hop a line to parse.</summary>
    public int MaxFields { get; init; } = 200;

    /// <summary>A client may take this long from the first byte of a head to its last: slow ones hold a buffer each.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A kept-alive connection may be silent this long between requests. Longer than the usual load balancer's 60 s, so that it never closes first.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>How long a connection may take to send its first byte.</summary>
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The same when the router stops: time for a request that was on its way, not for a connection that was opened in advance.</summary>
    public TimeSpan FreshGrace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A TLS handshake costs the most of all before a client has shown anything.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After an early answer the rest of the request is read and dropped for this long, so that a reset does not destroy the answer.</summary>
    public TimeSpan LingerTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>What a half-closed tunnel may still take to finish its other direction.</summary>
    public TimeSpan HalfClosedTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A back-end connection is kept this long for the next request.</summary>
    public TimeSpan BackendIdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A request that must not be sent twice reuses only a connection used this recently: app servers close idle ones after 2 s and more.</summary>
    public TimeSpan FreshConnection { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>An endpoint that closes after an answer without having said so does it within this time.</summary>
    public TimeSpan ProvenConnection { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Idle connections kept to one endpoint: enough for its usual concurrency, few enough for an app with many instances.</summary>
    public int MaxIdlePerEndpoint { get; init; } = 128;

    /// <summary>Endpoints tried for one request.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>An endpoint that refused a connection is left out for this long while others serve.</summary>
    public TimeSpan AsideTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Open client connections; each costs a few KB and a descriptor.</summary>
    public int MaxConnections { get; init; } = 65_536;

    /// <summary>Interim answers (1xx) of an endpoint to one request; more keep a loop busy with nothing.</summary>
    public const int MaxInterimAnswers = 64;

    /// <summary>Open connections from one address. Half of all: a load balancer in front is one address, an attacker leaves room for others.</summary>
    public int MaxConnectionsPerClient { get; init; } = 32_768;

    /// <summary>How often deadlines are looked at; they may be late by this much.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Bytes of a body held between its two sides: large bodies move in pieces of this size.</summary>
    public int RelayBytes { get; init; } = 128 * 1024;

    /// <summary>From here on the rest of a body is passed on unseen (<see cref="Loops.SplicePipe"/>); for less the two calls more cost what the copies do.</summary>
    public const int SpliceBytes = 32 * 1024;

    /// <summary>Bytes of trailers after a chunked body: checksums and statuses, not documents.</summary>
    public const int MaxTrailerBytes = 8 * 1024;

    /// <summary>A chunk's size line with its extensions, which nobody uses.</summary>
    public const int MaxChunkLineBytes = 256;

    /// <summary>Options in Connection fields; each is compared with every field.</summary>
    public const int MaxConnectionOptions = 32;
}
