using System.Collections.Concurrent;
using Tatara.Bus;
using Tatara.Configuration;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Protocol;
using Tatara.Up;

namespace Tatara.Hosts;

/// <summary>One host of many: what goes to others goes over mutual TLS, and each role has a certificate of its own.</summary>
internal sealed class OneOfMany(HostConfiguration host) : Surroundings
{
    private readonly ConcurrentDictionary<string, PeerNetwork> _peers = new(StringComparer.Ordinal);

    public override string Address => host.Address;

    public override Uri CloudControllerUrl => new($"https://{PeerName.OfRole(PeerRole.CloudController)}");

    public override Uri UaaUrl => new($"https://{PeerName.OfRole(PeerRole.Uaa)}");

    public override string NameOf(string role) => $"{role}-{host.Name}";

    public override PeerNetwork Peers(string role) => _peers.GetOrAdd(role, _ => File.Exists(host.Identity.CertificateFile(role))
        ? new PeerNetwork(new PeerTls(host.Identity.FilesOf(role)), host.PortOf)
        : throw new SetupException($"{host.Name} has no certificate for the role {role}.", role == PeerRole.Operator ? "Do this on the founding host." : "Let it join with that role."));

    public override NatsOptions Bus(string role, string client) => new()
    {
        Servers = [.. Peers(role).Tls.Members.AddressesOf(PeerRole.Bus).Select(server => $"{server}:{host.PortOf(PeerRole.Bus)}")],
        Tls = () => Peers(role).Tls.Client(PeerName.OfRole(PeerRole.Bus)),
        InboxPrefix = BusPermissions.Inbox(new PeerName(host.Name, role)),
        Name = client,
        Json = ProtocolJson.Default.Options,
    };

    public override DeaPlace Dea(int index) =>
        new(host.DeaId, host.Address, host.ContainerNetwork.Subnet, host.ContainerNetwork.ResolverAddress, host.Platform.Zone ?? host.Name, host.Platform.TunnelPort);
}
