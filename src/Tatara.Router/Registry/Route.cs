using System.Text;
using Tatara.Router.Metrics;
using Tatara.Router.RouteServices;

namespace Tatara.Router.Registry;

/// <summary>A host and path with the endpoints that serve it. Readers see one immutable list of members at a time.</summary>
internal sealed class Route(RouteKey key)
{
    private volatile RouteMember[] _members = [];
    private int _turn = Random.Shared.Next();
    private StatusCounters? _counters;
    private volatile RouteService? _service;

    public RouteKey Key { get; } = key;
    public byte[] PathBytes { get; } = Encoding.ASCII.GetBytes(key.Path);

    /// <summary>How requests are spread; the last registration says it.</summary>
    public Balancing Balancing { get; set; }

    public RouteMember[] Members => _members;

    /// <summary>Where requests go before the app gets them, if any of its endpoints says so.</summary>
    public RouteService? Service => _service;

    /// <summary>Its requests; null as long as it had none, or too many other routes are counted.</summary>
    public StatusCounters? Counters => Volatile.Read(ref _counters);

    /// <summary>Of the registry's writer: since when nobody serves it.</summary>
    public long? EmptySince { get; private set; }

    /// <summary>Whose turn it is, for round robin.</summary>
    public uint NextTurn() => (uint)Interlocked.Increment(ref _turn);

    /// <summary>False: it has counters already.</summary>
    public bool TrySetCounters(StatusCounters counters) => Interlocked.CompareExchange(ref _counters, counters, null) is null;

    public RouteMember? Find(Endpoint endpoint) => Array.Find(_members, m => m.Endpoint == endpoint);

    /// <summary>What an endpoint's last registration said of a route service.</summary>
    public void Bind(Endpoint endpoint, RouteService? service)
    {
        if (Find(endpoint) is { } member) member.Service = service;
        _service = Array.Find(_members, m => m.Service is not null)?.Service;
    }

    public void Add(RouteMember member)
    {
        _members = [.. _members, member];
        EmptySince = null;
    }

    public void Remove(Endpoint endpoint, long now)
    {
        _members = Array.FindAll(_members, m => m.Endpoint != endpoint);
        if (_members.Length > 0) _service = Array.Find(_members, m => m.Service is not null)?.Service;
        if (_members.Length == 0) EmptySince ??= now;
    }
}

/// <summary>How requests are spread over a route's endpoints.</summary>
internal enum Balancing : byte
{
    /// <summary>One after the other.</summary>
    RoundRobin,

    /// <summary>To the one that serves the fewest.</summary>
    LeastConnection,
}

/// <summary>An endpoint's place in a route: it is refreshed and goes stale for each route by itself.</summary>
internal sealed class RouteMember(Endpoint endpoint, TimeSpan staleAfter)
{
    public Endpoint Endpoint { get; } = endpoint;

    public TimeSpan StaleAfter { get; set; } = staleAfter;

    public RouteService? Service { get; set; }

    /// <summary>Timestamp of the last registration.</summary>
    public long LastSeen { get; set; }
}
