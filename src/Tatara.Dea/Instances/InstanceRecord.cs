using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>All that is known of an instance, as it stands on disk: enough to find it again after kill -9.</summary>
/// <param name="Guid">Also the handle of its container.</param>
/// <param name="Start">The message that asked for it.</param>
/// <param name="Uris">Its routes now.</param>
/// <param name="InternalNames">Names of internal domains that lead to it now.</param>
/// <param name="TcpRoutes">Ports of TCP routes that lead to it now.</param>
/// <param name="RouteServices">Which of its uris go through a route service now.</param>
/// <param name="Http2Uris">Which of its uris are served by HTTP/2 now.</param>
/// <param name="LoadBalancing">How the requests of some of its uris are spread now.</param>
/// <param name="StateSince">When it entered its state; heartbeats carry it.</param>
/// <param name="HostPort">The machine's port that leads to it; 0 until one is chosen.</param>
internal sealed record InstanceRecord(
    string Guid,
    DeaStartMessage Start,
    IReadOnlyList<string> Uris,
    InstanceState State,
    DateTimeOffset StateSince,
    DateTimeOffset StartedAt,
    int HostPort = 0,
    int? ExitStatus = null,
    string? ExitDescription = null,
    IReadOnlyList<string>? InternalNames = null,
    IReadOnlyList<TcpRoute>? TcpRoutes = null,
    IReadOnlyDictionary<string, string>? RouteServices = null,
    IReadOnlyList<string>? Http2Uris = null,
    IReadOnlyDictionary<string, string>? LoadBalancing = null)
{
    /// <summary>What routers are told about it; <see cref="RouteAnnouncer"/> says it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public InstanceRoutes Routes
    {
        get => new(Uris, TcpRoutes ?? [], RouteServices ?? InstanceRoutes.None, Http2Uris ?? [], LoadBalancing ?? InstanceRoutes.None);
        init => (Uris, TcpRoutes, RouteServices, Http2Uris, LoadBalancing) = (value.Uris, value.Tcp, value.Services, value.Http2, value.Balancing);
    }
}

