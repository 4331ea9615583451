using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>How routers reach an instance.</summary>
/// <param name="Uris">Host names, with paths.</param>
/// <param name="Tcp">Ports of TCP routes.</param>
/// <param name="Services">Which of the uris go through a route service, and its URL.</param>
/// <param name="Http2">Which of the uris are served by HTTP/2.</param>
internal sealed record InstanceRoutes(IReadOnlyList<string> Uris, IReadOnlyList<TcpRoute> Tcp, IReadOnlyDictionary<string, string> Services, IReadOnlyList<string> Http2)
{
    public static readonly IReadOnlyDictionary<string, string> NoServices = new Dictionary<string, string>();

    public bool IsEmpty => Uris.Count == 0 && Tcp.Count == 0;

    public static InstanceRoutes Of(DeaStartMessage message) => new(message.Uris, message.TcpRoutes ?? [], message.RouteServices ?? NoServices, message.Http2Uris ?? []);

    public static InstanceRoutes Of(DeaUpdateMessage message) => new(message.Uris, message.TcpRoutes ?? [], message.RouteServices ?? NoServices, message.Http2Uris ?? []);

    /// <summary>What is here and not there.</summary>
    public InstanceRoutes Without(InstanceRoutes other) => new([.. Uris.Except(other.Uris)], [.. Tcp.Except(other.Tcp)], NoServices, []);

    /// <summary>The same in parts that one message each can describe: all uris of a message share a route service and a protocol.</summary>
    public IEnumerable<InstanceRoutesMessage> Messages()
    {
        var groups = Uris.GroupBy(u => (Service: Services.GetValueOrDefault(u), IsHttp2: Http2.Contains(u))).ToList();
        if (Tcp.Count > 0) yield return new([], Tcp, null, null);
        foreach (var group in groups) yield return new([.. group], null, group.Key.Service, group.Key.IsHttp2 ? "http2" : null);
    }
}

/// <summary>What one registration says of routes.</summary>
internal sealed record InstanceRoutesMessage(IReadOnlyList<string> Uris, IReadOnlyList<TcpRoute>? Tcp, string? RouteService, string? Protocol);
