using System.Net.Security;
using Tatara.Router.Proxy.Backends;

namespace Tatara.Router.Registry;

/// <summary>
/// One instance at one address, by one protocol. Another instance at the same address is another endpoint with connections of its
/// own: nothing sent to the one can reach the other. There may be hundreds of thousands, few of which are asked at a time: what only
/// those need is made when they need it.
/// </summary>
internal sealed class Endpoint
{
    private HttpMessageInvoker? _relay;
    private byte[]? _socketAddress;
    private long _asideUntil;
    private int _active;
    private volatile bool _retired;
    private EndpointTexts? _texts;

    public Endpoint(EndpointAddress address, EndpointOwner owner, string? index, IReadOnlyDictionary<string, string>? tags)
    {
        (Address, Owner, Index, Tags) = (address, owner, index, tags);
        InstanceId = owner.PrivateInstanceId ?? address.ToString();
    }

    public EndpointAddress Address { get; }

    /// <summary>The address as the kernel wants it; null when it is a name that has to be looked up.</summary>
    public byte[]? SocketAddress => _socketAddress ??= EndpointAddresses.Parse(Address);
    public EndpointOwner Owner { get; }
    public string? Index { get; }
    public IReadOnlyDictionary<string, string>? Tags { get; }

    /// <summary>Where it runs, if it said so.</summary>
    public string? Zone { get; init; }

    /// <summary>Whether it speaks HTTP/2, and nothing else.</summary>
    public bool SpeaksHttp2 { get; init; }

    /// <summary>How it is to be recognised, if it is asked over TLS; null: it stands in the platform's own network.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>Whether it is not asked by a loop itself: <see cref="Relay"/> does that.</summary>
    public bool IsRelayed => SpeaksHttp2 || Tls is not null;

    /// <summary>For those that are relayed: connections that serve many requests.</summary>
    public HttpMessageInvoker Relay
    {
        get
        {
            if (Volatile.Read(ref _relay) is { } relay) return relay;
            var made = CreateRelay();
            if (Interlocked.CompareExchange(ref _relay, made, null) is not { } other) return made;
            made.Dispose();
            return other;
        }
    }

    /// <summary>For those that are relayed: why the last request that failed did.</summary>
    public string? Trouble { get; set; }

    /// <summary>Connections that wait for the next request.</summary>
    public BackendPools Pools { get; } = new();

    /// <summary>Requests and tunnels that it serves now, of all loops.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>Of the registry's writer: where the endpoint is listed.</summary>
    public List<Route> Routes { get; } = new(1);

    /// <summary>What apps and logs call the instance.</summary>
    public string InstanceId { get; }

    /// <summary>What is written of it again and again; made for those that are asked.</summary>
    public EndpointTexts Texts => _texts ??= new EndpointTexts(this);

    /// <summary>Whether it left the table. A request that chose it before must choose again.</summary>
    public bool IsRetired => _retired;

    /// <summary>Counts a request in; <see cref="Leave"/> counts it out.</summary>
    public void Enter() => Interlocked.Increment(ref _active);

    public void Leave() => Interlocked.Decrement(ref _active);

    /// <summary>Leave it out until then, if others serve.</summary>
    public void SetAside(long untilMilliseconds) => Volatile.Write(ref _asideUntil, untilMilliseconds);

    public bool IsAside(long nowMilliseconds) => Volatile.Read(ref _asideUntil) > nowMilliseconds;

    public void Retire()
    {
        _retired = true;
        Pools.Close();
        Volatile.Read(ref _relay)?.Dispose();
    }

    private HttpMessageInvoker CreateRelay()
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
        };
        if (Tls is not null) handler.SslOptions = Tls;
        return new HttpMessageInvoker(handler);
    }
}

/// <summary>Where the router dials.</summary>
internal readonly record struct EndpointAddress(string Host, int Port)
{
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

/// <summary>Whose address it is. Two endpoints with one owner are the same.</summary>
internal sealed record EndpointOwner(string? App, string? PrivateInstanceId);
