using Tatara.Router.Proxy.Backends;

namespace Tatara.Router.Registry;

/// <summary>
/// One instance at one address. Another instance at the same address is another endpoint with connections of its
/// own: nothing sent to the one can reach the other.
/// </summary>
internal sealed class Endpoint(EndpointAddress address, EndpointOwner owner, string? index, IReadOnlyDictionary<string, string>? tags, BackendPool pool)
{
    private long _asideUntil;
    private volatile bool _retired;

    public EndpointAddress Address { get; } = address;
    public EndpointOwner Owner { get; } = owner;
    public string? Index { get; } = index;
    public IReadOnlyDictionary<string, string>? Tags { get; } = tags;
    public BackendPool Pool { get; } = pool;

    /// <summary>Of the registry's writer: where the endpoint is listed.</summary>
    public HashSet<Route> Routes { get; } = [];

    /// <summary>What apps and logs call the instance.</summary>
    public string InstanceId { get; } = owner.PrivateInstanceId ?? address.ToString();

    /// <summary>Whether it left the table. A request that chose it before must choose again.</summary>
    public bool IsRetired => _retired;

    /// <summary>Leave it out until then, if others serve.</summary>
    public void SetAside(long untilMilliseconds) => Volatile.Write(ref _asideUntil, untilMilliseconds);

    public bool IsAside(long nowMilliseconds) => Volatile.Read(ref _asideUntil) > nowMilliseconds;

    public void Retire()
    {
        _retired = true;
        Pool.Close();
    }
}

/// <summary>Where the router dials.</summary>
internal readonly record struct EndpointAddress(string Host, int Port)
{
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

/// <summary>Whose address it is. Two endpoints with one owner are the same.</summary>
internal sealed record EndpointOwner(string? App, string? PrivateInstanceId);
