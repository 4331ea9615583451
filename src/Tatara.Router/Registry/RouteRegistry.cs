using Microsoft.Extensions.Logging;
using Tatara.Protocol;
using Tatara.Router.RouteServices;

namespace Tatara.Router.Registry;

/// <summary>
/// Owns the route table. Changes come one at a time; requests read <see cref="Table"/> without a lock.
/// An address has one owner: whoever registers it last takes it from all routes of the one before.
/// </summary>
internal sealed partial class RouteRegistry(RouterOptions options, TimeProvider time, ILogger<RouteRegistry> logger)
{
    /// <summary>Far above any app's; a message with more is broken.</summary>
    private const int MaxUrisPerMessage = 4096;

    private const int MaxIdLength = 128;

    private readonly Lock _writing = new();
    /// <summary>An instance that speaks both is two endpoints with one address and one owner.</summary>
    private readonly Dictionary<(EndpointAddress Address, bool SpeaksHttp2), Endpoint> _endpoints = [];
    private volatile RouteTable _table = RouteTable.Empty;

    public RouteTable Table => _table;

    public int EndpointCount
    {
        get
        {
            lock (_writing) return _endpoints.Count;
        }
    }

    /// <summary>The endpoints of a TCP route changed; says its port. Called under the registry's lock: take note, and look later.</summary>
    public event Action<int>? TcpRouteChanged;

    /// <summary>Enters the endpoint into its routes, or marks it as alive there.</summary>
    public void Register(RouterRegistration message)
    {
        RouteService? service = null;
        // A route service that cannot be made out must not leave the app without it.
        if (!IsValid(message) || (message.RouteServiceUrl is { Length: > 0 } url && !RouteService.TryParse(url, out service)))
        {
            Log.Refused(logger, message.Host, message.Port, message.App);
            return;
        }
        lock (_writing)
        {
            var endpoint = Own(message);
            var staleAfter = message.StaleThresholdInSeconds is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : options.PruneThreshold;
            var balancing = message.Options?.LoadBalancing == "least-connection" ? Balancing.LeastConnection : Balancing.RoundRobin;
            foreach (var uri in message.Uris)
            {
                if (!RouteKey.TryParse(uri, out var key)) Log.BadUri(logger, uri, message.App);
                else if (!MayServe(message, key)) Log.NotAllowed(logger, message.Host, message.Port, uri, message.Dea);
                else
                {
                    Enter(endpoint, key, staleAfter, balancing);
                    _table.Find(key)!.Bind(endpoint, service);
                }
            }
            foreach (var key in TcpKeys(message)) Enter(endpoint, key, staleAfter, balancing);
            if (endpoint.Routes.Count == 0) Drop(endpoint);
        }
    }

    /// <summary>Takes the endpoint out of the named routes, unless the address meanwhile belongs to another instance.</summary>
    public void Unregister(RouterRegistration message)
    {
        if (!IsValid(message)) return;
        lock (_writing)
        {
            foreach (var endpoint in At(AddressOf(message)).Where(e => e.Owner == OwnerOf(message)))
            {
                foreach (var uri in message.Uris)
                    if (RouteKey.TryParse(uri, out var key) && _table.Find(key) is { } route) Leave(endpoint, route);
                foreach (var key in TcpKeys(message))
                    if (_table.Find(key) is { } route) Leave(endpoint, route);
            }
        }
    }

    /// <summary>Drops endpoints that have been silent for too long, and routes that have been empty for too long.</summary>
    public void Prune()
    {
        lock (_writing)
        {
            foreach (var route in _table.Routes.ToList())
            {
                foreach (var member in route.Members)
                {
                    if (time.GetElapsedTime(member.LastSeen) <= member.StaleAfter) continue;
                    Log.Pruned(logger, member.Endpoint.Address, route.Key, member.Endpoint.Owner.App);
                    Leave(member.Endpoint, route);
                }
                if (route.EmptySince is { } since && time.GetElapsedTime(since) >= options.EmptyRouteTimeout) _table = _table.Without(route);
            }
        }
    }

    /// <summary>Drops endpoints at addresses that do not belong to the platform any more.</summary>
    public void PruneHosts(IReadOnlySet<string> addresses)
    {
        if (addresses.Count == 0) return;
        lock (_writing)
        {
            foreach (var endpoint in _endpoints.Values.Where(e => addresses.Contains(e.Address.Host)).ToList())
            {
                Log.HostRemoved(logger, endpoint.Address, endpoint.Owner.App);
                foreach (var route in endpoint.Routes.ToList()) Leave(endpoint, route);
            }
        }
    }

    /// <summary>Counts every endpoint as just seen: while the bus was away nobody could say that it lives.</summary>
    public void Freshen()
    {
        lock (_writing)
        {
            foreach (var member in _table.Routes.SelectMany(r => r.Members)) member.LastSeen = time.GetTimestamp();
        }
    }

    private Endpoint Own(RouterRegistration message)
    {
        var address = AddressOf(message);
        var owner = OwnerOf(message);
        var speaksHttp2 = message.Protocol == "http2";
        foreach (var former in At(address).Where(e => e.Owner != owner))
        {
            Log.OwnerChanged(logger, address, former.Owner.App, owner.App);
            foreach (var route in former.Routes.ToList()) Leave(former, route);
        }
        if (_endpoints.TryGetValue((address, speaksHttp2), out var endpoint)) return endpoint;
        endpoint = new Endpoint(address, owner with { App = OneTextOf(message) }, message.PrivateInstanceIndex, message.Tags)
        {
            Zone = message.AvailabilityZone,
            Tls = TlsNameOf(message) is { } name ? options.Peers!.Tls.Client(name) : null,
            SpeaksHttp2 = speaksHttp2,
        };
        _endpoints[(address, speaksHttp2)] = endpoint;
        return endpoint;
    }

    /// <summary>The app's guid as its other instances have it: a text for each is a tenth of the table.</summary>
    private string? OneTextOf(RouterRegistration message)
    {
        foreach (var uri in message.Uris)
            if (RouteKey.TryParse(uri, out var key) && _table.Find(key)?.Members is [var other, ..] && other.Endpoint.Owner.App == message.App) return other.Endpoint.Owner.App;
        return message.App;
    }

    private List<Endpoint> At(EndpointAddress address) =>
        [.. new[] { _endpoints.GetValueOrDefault((address, false)), _endpoints.GetValueOrDefault((address, true)) }.OfType<Endpoint>()];

    private void Enter(Endpoint endpoint, RouteKey key, TimeSpan staleAfter, Balancing balancing)
    {
        var route = _table.Find(key);
        if (route?.Find(endpoint) is not { } member)
        {
            member = new RouteMember(endpoint, staleAfter);
            var isNew = route is null;
            route ??= new Route(key);
            route.Add(member);
            endpoint.Routes.Add(route);
            if (isNew) _table = _table.With(route);
            if (key.IsTcp) TcpRouteChanged?.Invoke(key.Port);
            // In one route it speaks as it said last.
            if (_endpoints.GetValueOrDefault((endpoint.Address, !endpoint.SpeaksHttp2)) is { } other) Leave(other, route);
            Log.Registered(logger, endpoint.Address, key, endpoint.Owner.App);
        }
        route!.Balancing = balancing;
        member.StaleAfter = staleAfter;
        member.LastSeen = time.GetTimestamp();
    }

    private void Leave(Endpoint endpoint, Route route)
    {
        if (!endpoint.Routes.Remove(route)) return;
        route.Remove(endpoint, time.GetTimestamp());
        if (route.Key.IsTcp) TcpRouteChanged?.Invoke(route.Key.Port);
        if (endpoint.Routes.Count == 0) Drop(endpoint);
    }

    private void Drop(Endpoint endpoint)
    {
        _endpoints.Remove((endpoint.Address, endpoint.SpeaksHttp2));
        endpoint.Retire();
    }

    /// <summary>The message's ports that are this router's to listen on.</summary>
    private IEnumerable<RouteKey> TcpKeys(RouterRegistration message)
    {
        if (options.Tcp is not { } tcp) yield break;
        foreach (var route in message.TcpRoutes ?? [])
        {
            if (route.RouterGroup != tcp.RouterGroup) continue;
            if (tcp.Ports.Contains(route.Port)) yield return RouteKey.OfPort(route.Port);
            else Log.OutsidePool(logger, route.Port, message.App);
        }
    }

    private EndpointAddress AddressOf(RouterRegistration message) => new(message.Host, TlsNameOf(message) is null ? message.Port : message.TlsPort!.Value);

    /// <summary>The name in the certificate of an endpoint that is asked over TLS.</summary>
    private string? TlsNameOf(RouterRegistration message) =>
        options.Peers is not null && message is { TlsPort: > 0 and <= 65_535, ServerCertDomainSan: { Length: > 0 } name } ? name : null;

    /// <summary>The platform's own hosts lead to who proves to be that part of it, whoever registers them.</summary>
    private bool MayServe(RouterRegistration message, RouteKey key) =>
        !options.OwnHosts.TryGetValue(key.Host, out var name) || TlsNameOf(message) == name;

    private static EndpointOwner OwnerOf(RouterRegistration message) =>
        new(message.App, message.PrivateInstanceId);

    private static bool IsValid(RouterRegistration message) =>
        message is { Uris: not null, Host: not null, Port: > 0 and <= 65_535 }
        && message.Uris.Count <= MaxUrisPerMessage
        && (message.TcpRoutes?.Count ?? 0) <= MaxUrisPerMessage
        && Uri.CheckHostName(message.Host) is UriHostNameType.IPv4 or UriHostNameType.IPv6 or UriHostNameType.Dns
        && IsId(message.App) && IsId(message.AvailabilityZone) && IsId(message.PrivateInstanceId) && IsId(message.PrivateInstanceIndex);

    /// <summary>Ids go into heads, cookies and log lines: nothing in them may end one.</summary>
    private static bool IsId(string? id) =>
        id is null || (id.Length is > 0 and <= MaxIdLength && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Address} serves {Route} for app {App}.")]
        public static partial void Registered(ILogger logger, EndpointAddress address, RouteKey route, string? app);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Address} did not register again and no longer serves {Route} for app {App}.")]
        public static partial void Pruned(ILogger logger, EndpointAddress address, RouteKey route, string? app);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Address} is on a host that was removed from the platform, and serves app {App} no more.")]
        public static partial void HostRemoved(ILogger logger, EndpointAddress address, string? app);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Address} now belongs to app {NewApp}; its routes of app {OldApp} are dropped.")]
        public static partial void OwnerChanged(ILogger logger, EndpointAddress address, string? oldApp, string? newApp);

        [LoggerMessage(Level = LogLevel.Warning, Message = "A registration of {Host}:{Port} by app {App} is malformed and ignored.")]
        public static partial void Refused(ILogger logger, string? host, int port, string? app);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Host}:{Port} of DEA {Dea} registers {Uri}, which belongs to the platform, and is refused.")]
        public static partial void NotAllowed(ILogger logger, string host, int port, string uri, string? dea);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Port {Port}, registered by app {App}, is not one of this router's group.")]
        public static partial void OutsidePool(ILogger logger, int port, string? app);

        [LoggerMessage(Level = LogLevel.Warning, Message = "'{Uri}', registered by app {App}, is not a host with a path.")]
        public static partial void BadUri(ILogger logger, string? uri, string? app);
    }
}
