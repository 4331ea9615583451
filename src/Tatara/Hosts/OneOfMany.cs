using Tatara.Bus;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Protocol;
using Tatara.Up;

namespace Tatara.Hosts;

/// <summary>One host of many: what goes to others goes over mutual TLS, and each role has a certificate of its own.</summary>
internal sealed class OneOfMany(HostConfiguration host) : Surroundings
{
    private readonly Dictionary<string, PeerNetwork> _peers =
        host.Roles.ToDictionary(role => role, role => new PeerNetwork(new PeerTls(host.Identity.FilesOf(role)), host.PortOf));

    public override string Address => host.Address;

    public override Uri CloudControllerUrl => new($"https://{PeerName.OfRole(PeerRole.CloudController)}");

    public override Uri UaaUrl => new($"https://{PeerName.OfRole(PeerRole.Uaa)}");

    public override string NameOf(string role) => $"{role}-{host.Name}";

    public override PeerNetwork Peers(string role) => _peers[role];

    public override NatsOptions Bus(string role, string client) => new()
    {
        Servers = [.. _peers[role].Tls.Members.AddressesOf(PeerRole.Bus).Select(server => $"{server}:{host.PortOf(PeerRole.Bus)}")],
        Tls = () => _peers[role].Tls.Client(PeerName.OfRole(PeerRole.Bus)),
        InboxPrefix = BusPermissions.Inbox(new PeerName(host.Name, role)),
        Name = client,
        Json = ProtocolJson.Default.Options,
    };

    public override DeaPlace Dea(int index) =>
        new(host.DeaId, host.Address, host.ContainerNetwork.Subnet, host.ContainerNetwork.ResolverAddress, host.Platform.Zone ?? host.Name);
}
