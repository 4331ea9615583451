using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>How routers reach an instance.</summary>
/// <param name="Uris">Host names, with paths.</param>
/// <param name="Tcp">Ports of TCP routes.</param>
/// <param name="Services">Which of the uris go through a route service, and its URL.</param>
/// <param name="Http2">Which of the uris are served by HTTP/2.</param>
/// <param name="Balancing">How the requests of some uris are spread.</param>
internal sealed record InstanceRoutes(
    IReadOnlyList<string> Uris, IReadOnlyList<TcpRoute> Tcp, IReadOnlyDictionary<string, string> Services, IReadOnlyList<string> Http2, IReadOnlyDictionary<string, string> Balancing)
{
    public static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    public bool IsEmpty => Uris.Count == 0 && Tcp.Count == 0;

    public static InstanceRoutes Of(DeaStartMessage message) => new(message.Uris, message.TcpRoutes ?? [], message.RouteServices ?? None, message.Http2Uris ?? [], message.LoadBalancing ?? None);

    public static InstanceRoutes Of(DeaUpdateMessage message) => new(message.Uris, message.TcpRoutes ?? [], message.RouteServices ?? None, message.Http2Uris ?? [], message.LoadBalancing ?? None);

    /// <summary>What is here and not there.</summary>
    public InstanceRoutes Without(InstanceRoutes other) => new([.. Uris.Except(other.Uris)], [.. Tcp.Except(other.Tcp)], None, [], None);

    /// <summary>The same in parts that one message each can describe: all uris of a message share a route service, a protocol and a way of balancing.</summary>
    public IEnumerable<InstanceRoutesMessage> Messages()
    {
        var groups = Uris.GroupBy(u => (Service: Services.GetValueOrDefault(u), IsHttp2: Http2.Contains(u), Balancing: Balancing.GetValueOrDefault(u))).ToList();
        if (Tcp.Count > 0) yield return new([], Tcp, null, null, null);
        foreach (var group in groups) yield return new([.. group], null, group.Key.Service, group.Key.IsHttp2 ? "http2" : null, group.Key.Balancing);
    }
}

/// <summary>What one registration says of routes.</summary>
internal sealed record InstanceRoutesMessage(IReadOnlyList<string> Uris, IReadOnlyList<TcpRoute>? Tcp, string? RouteService, string? Protocol, string? Balancing);
