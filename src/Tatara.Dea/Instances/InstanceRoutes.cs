using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>How routers reach an instance.</summary>
/// <param name="Uris">Host names, with paths.</param>
/// <param name="Tcp">Ports of TCP routes.</param>
/// <param name="Services">Which of the uris go through a route service, and its URL.</param>
internal sealed record InstanceRoutes(IReadOnlyList<string> Uris, IReadOnlyList<TcpRoute> Tcp, IReadOnlyDictionary<string, string> Services)
{
    public static readonly IReadOnlyDictionary<string, string> NoServices = new Dictionary<string, string>();

    public bool IsEmpty => Uris.Count == 0 && Tcp.Count == 0;

    public static InstanceRoutes Of(DeaStartMessage message) => new(message.Uris, message.TcpRoutes ?? [], message.RouteServices ?? NoServices);

    public static InstanceRoutes Of(DeaUpdateMessage message) => new(message.Uris, message.TcpRoutes ?? [], message.RouteServices ?? NoServices);

    /// <summary>What is here and not there.</summary>
    public InstanceRoutes Without(InstanceRoutes other) => new([.. Uris.Except(other.Uris)], [.. Tcp.Except(other.Tcp)], NoServices);

    /// <summary>The same in parts that one message each can describe: all uris of a message share a route service.</summary>
    public IEnumerable<(IReadOnlyList<string> Uris, IReadOnlyList<TcpRoute>? Tcp, string? Service)> Messages()
    {
        var direct = Uris.Where(u => !Services.ContainsKey(u)).ToList();
        if (direct.Count > 0 || Tcp.Count > 0) yield return (direct, Tcp.Count == 0 ? null : Tcp, null);
        foreach (var group in Uris.Where(Services.ContainsKey).GroupBy(u => Services[u])) yield return ([.. group], null, group.Key);
    }
}
