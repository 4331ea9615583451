using System.Net;

namespace Tatara.Router.ProxyProtocol;

/// <summary>The load balancers that begin each connection with a PROXY header. Whether one does is said here and never guessed: a guess would let any client name another as itself.</summary>
internal sealed class Balancers(IReadOnlyList<string> networks)
{
    private readonly IPNetwork[] _networks = [.. networks.Select(IPNetwork.Parse)];

    public bool Contain(IPAddress peer) => _networks.Length > 0 && Array.Exists(_networks, n => n.Contains(peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer));
}
