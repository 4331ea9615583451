using System.Net;

namespace Tatara.Router;

/// <summary>Where a started router listens; a service of its host. The first address when there are several.</summary>
public sealed class RouterPorts
{
    private readonly Dictionary<string, Func<EndPoint>> _endpoints = [];

    /// <summary>Plain HTTP, null when off.</summary>
    public IPEndPoint? Http => Find(nameof(Http));

    /// <summary>HTTPS, null when off.</summary>
    public IPEndPoint? Https => Find(nameof(Https));

    /// <summary>/healthz and /routes, null when off.</summary>
    public IPEndPoint? Status { get; internal set; }

    /// <param name="endpoint">Asked when the port is known.</param>
    internal void Add(string name, Func<EndPoint> endpoint) => _endpoints.TryAdd(name, endpoint);

    private IPEndPoint? Find(string name) => _endpoints.TryGetValue(name, out var endpoint) ? (IPEndPoint)endpoint() : null;
}
