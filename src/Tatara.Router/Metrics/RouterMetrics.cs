using System.Collections.Concurrent;
using Tatara.Router.Registry;

namespace Tatara.Router.Metrics;

/// <summary>What the router did since it started. The data path calls it; nothing here waits, and nothing is allocated for a request.</summary>
internal sealed class RouterMetrics
{
    /// <summary>Routes and apps that are counted by name; the rest is counted together. Prometheus keeps a series for each.</summary>
    public const int MaxNamed = 1000;

    /// <summary>The few codes of X-Cf-RouterError and nothing that a client chooses.</summary>
    private const int MaxErrors = 32;

    private readonly ConcurrentDictionary<string, StatusCounters> _apps = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, StripedCounters> _errors = new(StringComparer.Ordinal);
    private readonly StripedCounters _bytes = new(2);
    private readonly StripedCounters _connections = new(2);
    private int _namedRoutes;

    public StatusCounters Requests { get; } = new();
    public LatencyHistogram Latency { get; } = new();
    public StatusCounters OtherRoutes { get; } = new();
    public StatusCounters OtherApps { get; } = new();
    public IEnumerable<KeyValuePair<string, StatusCounters>> Apps => _apps;
    public IEnumerable<KeyValuePair<string, long>> Errors => _errors.Select(e => KeyValuePair.Create(e.Key, e.Value.Read(0)));
    public long ReceivedBytes => _bytes.Read(0);
    public long SentBytes => _bytes.Read(1);
    public long OpenedConnections => _connections.Read(0);
    public long OpenConnections => _connections.Read(0) - _connections.Read(1);

    public void ConnectionOpened() => _connections.Add(0, 1);

    public void ConnectionClosed() => _connections.Add(1, 1);

    /// <summary>A request has ended, whether it was answered by an app, by the router or not at all.</summary>
    /// <param name="route">Null: it was for none.</param>
    /// <param name="app">Guid of the app that was asked; null: none was.</param>
    /// <param name="status">0: the client left before there was one.</param>
    /// <param name="error">The code in X-Cf-RouterError; null: the router found no fault.</param>
    public void Finished(Route? route, string? app, int status, TimeSpan duration, long receivedBytes, long sentBytes, string? error)
    {
        Requests.Count(status);
        Latency.Count(duration);
        _bytes.Add(0, receivedBytes);
        _bytes.Add(1, sentBytes);
        if (route is not null) (route.Counters ?? Name(route)).Count(status);
        if (app is not null) (_apps.TryGetValue(app, out var counters) ? counters : Name(app)).Count(status);
        if (error is not null) (_errors.TryGetValue(error, out var counter) ? counter : NameError(error)).Add(0, 1);
    }

    /// <summary>Makes room for new names: those of no endpoint any more are forgotten, as their routes are.</summary>
    public void Forget(RouteTable table)
    {
        var routes = table.Routes.ToList();
        Volatile.Write(ref _namedRoutes, routes.Count(r => r.Counters is not null));
        var apps = routes.SelectMany(r => r.Members).Select(m => m.Endpoint.Owner.App).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _apps.Keys.Where(a => !apps.Contains(a))) _apps.TryRemove(gone, out _);
    }

    private StatusCounters Name(Route route)
    {
        if (Volatile.Read(ref _namedRoutes) >= MaxNamed) return OtherRoutes;
        if (route.TrySetCounters(new StatusCounters())) Interlocked.Increment(ref _namedRoutes);
        return route.Counters!;
    }

    private StatusCounters Name(string app) => _apps.Count >= MaxNamed ? OtherApps : _apps.GetOrAdd(app, _ => new StatusCounters());

    private StripedCounters NameError(string error) => _errors.GetOrAdd(_errors.Count >= MaxErrors ? "other" : error, _ => new StripedCounters(1));
}
