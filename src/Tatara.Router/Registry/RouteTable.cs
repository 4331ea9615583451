namespace Tatara.Router.Registry;

/// <summary>
/// Every route, as of one moment. Immutable: a change makes a new table that shares all shards but one, so that
/// even with 100,000 routes it costs microseconds, and readers never wait.
/// </summary>
internal sealed class RouteTable
{
    /// <summary>Near the square root of the largest table, where copying the list of shards and copying one shard cost the same.</summary>
    private const int ShardCount = 256;

    private readonly Dictionary<byte[], HostRoutes>[] _shards;

    private RouteTable(Dictionary<byte[], HostRoutes>[] shards, int count) => (_shards, Count) = (shards, count);

    public static RouteTable Empty { get; } = new(
        [.. Enumerable.Repeat(new Dictionary<byte[], HostRoutes>(HostComparer.Instance), ShardCount)], 0);

    public int Count { get; }

    public IEnumerable<Route> Routes => _shards.Distinct().SelectMany(s => s.Values).SelectMany(h => h.Routes);

    /// <summary>Finds the route of a request. The exact host goes before wildcards, the nearest wildcard before farther ones, the longest path first.</summary>
    /// <param name="host">Without a port, of any case.</param>
    /// <param name="path">Without a query.</param>
    public Route? Match(ReadOnlySpan<byte> host, ReadOnlySpan<byte> path)
    {
        if (host.IsEmpty || host[0] is (byte)'.' or (byte)':') return null;
        if (Host(host)?.Match(path) is { } exact) return exact;
        for (var dot = host.IndexOf((byte)'.'); dot >= 0;)
        {
            host = host[dot..];
            if (Host(host)?.Match(path) is { } wildcard) return wildcard;
            dot = host[1..].IndexOf((byte)'.');
            if (dot >= 0) dot++;
        }
        return null;
    }

    public Route? Find(RouteKey key) => Host(key.HostBytes)?.Find(key);

    public RouteTable With(Route route) => Change(route, (Host(route.Key.HostBytes) ?? HostRoutes.Empty).With(route), Count + 1);

    public RouteTable Without(Route route) =>
        Host(route.Key.HostBytes) is { } host && host.Find(route.Key) == route ? Change(route, host.Without(route), Count - 1) : this;

    private HostRoutes? Host(ReadOnlySpan<byte> host)
    {
        var shard = _shards[HostComparer.Hash(host) % ShardCount];
        return shard.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(host, out var routes) ? routes : null;
    }

    private RouteTable Change(Route route, HostRoutes host, int count)
    {
        var key = route.Key.HostBytes;
        var at = HostComparer.Hash(key) % ShardCount;
        var shard = new Dictionary<byte[], HostRoutes>(_shards[at], HostComparer.Instance);
        if (host.IsEmpty) shard.Remove(key);
        else shard[key] = host;
        var shards = _shards.ToArray();
        shards[at] = shard;
        return new RouteTable(shards, count);
    }
}
