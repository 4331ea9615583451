using Tatara.Router.Proxy.Backends;

namespace Tatara.Router.Registry;

/// <summary>
/// One instance at one address, by one protocol. Another instance at the same address is another endpoint with connections of its
/// own: nothing sent to the one can reach the other.
/// </summary>
internal sealed class Endpoint(EndpointAddress address, EndpointOwner owner, string? index, IReadOnlyDictionary<string, string>? tags)
{
    private long _asideUntil;
    private int _active;
    private volatile bool _retired;
    private EndpointTexts? _texts;

    public EndpointAddress Address { get; } = address;

    /// <summary>The address as the kernel wants it; null when it is a name that has to be looked up.</summary>
    public byte[]? SocketAddress { get; } = EndpointAddresses.Parse(address);
    public EndpointOwner Owner { get; } = owner;
    public string? Index { get; } = index;
    public IReadOnlyDictionary<string, string>? Tags { get; } = tags;

    /// <summary>Where it runs, if it said so.</summary>
    public string? Zone { get; init; }

    /// <summary>Whether it speaks HTTP/2, and nothing else.</summary>
    public bool SpeaksHttp2 { get; init; }

    /// <summary>For those that speak HTTP/2: connections that serve many requests at a time.</summary>
    public Lazy<HttpMessageInvoker> Http2 { get; } = new(() => new HttpMessageInvoker(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        EnableMultipleHttp2Connections = true,
    }));

    /// <summary>Connections that wait for the next request.</summary>
    public BackendPools Pools { get; } = new();

    /// <summary>Requests and tunnels that it serves now, of all loops.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>Of the registry's writer: where the endpoint is listed.</summary>
    public HashSet<Route> Routes { get; } = [];

    /// <summary>What apps and logs call the instance.</summary>
    public string InstanceId { get; } = owner.PrivateInstanceId ?? address.ToString();

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
        if (Http2.IsValueCreated) Http2.Value.Dispose();
    }
}

/// <summary>Where the router dials.</summary>
internal readonly record struct EndpointAddress(string Host, int Port)
{
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

/// <summary>Whose address it is. Two endpoints with one owner are the same.</summary>
internal sealed record EndpointOwner(string? App, string? PrivateInstanceId);
