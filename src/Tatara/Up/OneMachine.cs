using Tatara.Bus;
using Tatara.Configuration;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Protocol;

namespace Tatara.Up;

/// <summary>All roles on one machine: they meet on its loopback interface, which nobody else hears.</summary>
internal sealed class OneMachine(PlatformOptions options, Secrets secrets) : Surroundings
{
    private const string Loopback = "127.0.0.1";

    public override string Address => Loopback;

    public override Uri CloudControllerUrl => new($"http://{Loopback}:{options.CloudControllerPort}");

    public override Uri UaaUrl => new($"http://{Loopback}:{options.UaaPort}");

    public override string NameOf(string role) => role + "-0";

    public override NatsOptions Bus(string role, string client) => new()
    {
        Servers = [$"{Loopback}:{options.BusPort}"],
        User = BusConfiguration.User,
        Password = secrets.BusPassword,
        Name = client,
        Json = ProtocolJson.Default.Options,
    };

    public override PeerNetwork? Peers(string role) => null;

    public override DeaPlace Dea(int index) => new(
        PlatformOptions.DeaName(index), options.DeaHostAddress(index), options.DeaSubnet(index), options.DeaHostAddress(index), options.Zone ?? $"zone-{index}");
}
