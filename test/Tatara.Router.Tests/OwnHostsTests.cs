using Microsoft.Extensions.Logging.Abstractions;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Protocol;
using Tatara.Router.Registry;

namespace Tatara.Router.Tests;

/// <summary>Whoever may register routes, a DEA for instance, cannot take the platform's own names.</summary>
public sealed class OwnHostsTests
{
    private readonly RouteRegistry _registry = new(
        new RouterOptions
        {
            Bus = new NatsOptions { Servers = ["127.0.0.1"] },
            Peers = new PeerNetwork(new PeerTls(new PeerFiles("none", "none", "none", "none")), _ => 0),
            OwnHosts = new Dictionary<string, string> { ["api.tatara.test"] = "cloud-controller.tatara.internal" },
        },
        TimeProvider.System, NullLogger<RouteRegistry>.Instance);

    [Theory]
    [InlineData("api.tatara.test", null)]
    [InlineData("API.tatara.test", null)]
    [InlineData("api.tatara.test/v3/info", null)]
    [InlineData("api.tatara.test", "dea.tatara.internal")]
    public void Register_AHostOfThePlatformWithoutItsCertificate_IsRefused(string uri, string? certificate)
    {
        _registry.Register(new RouterRegistration([uri, "app.tatara.test"], "10.0.0.9", 61001, Dea: "dea-9", App: "evil", TlsPort: certificate is null ? null : 61001, ServerCertDomainSan: certificate));

        _registry.Table.Routes.ShouldHaveSingleItem().Key.ToString().ShouldBe("app.tatara.test");
    }

    [Fact]
    public void Register_AHostOfThePlatformByItsCertificate_IsAskedOverTls()
    {
        var registration = new RouterRegistration(["api.tatara.test"], "10.0.0.1", 24001, TlsPort: 24002, ServerCertDomainSan: "cloud-controller.tatara.internal");

        _registry.Register(registration);

        var endpoint = _registry.Table.Routes.ShouldHaveSingleItem().Members.ShouldHaveSingleItem().Endpoint;
        endpoint.Address.ShouldBe(new EndpointAddress("10.0.0.1", 24002));
        endpoint.Tls.ShouldNotBeNull();
        _registry.Unregister(registration);
        _registry.Table.Routes.ShouldHaveSingleItem().Members.ShouldBeEmpty();
    }

    [Fact]
    public void PruneHosts_AHostThatWasRemoved_ItsEndpointsServeNoMore()
    {
        foreach (var host in (string[])["10.0.0.8", "10.0.0.9"])
            _registry.Register(new RouterRegistration(["app.tatara.test"], host, 61001, App: "app"));
        var moved = new Member("cell-3", "10.0.0.8", ["dea"]);

        _registry.PruneHosts(new MemberList([Removed("cell-1", "10.0.0.8"), Removed("cell-2", "10.0.0.9"), moved]).RemovedAddresses);

        _registry.Table.Routes.ShouldHaveSingleItem().Members.ShouldHaveSingleItem().Endpoint.Address.Host.ShouldBe("10.0.0.8");
    }

    private static Member Removed(string name, string address) => new(name, address, ["dea"], RemovedAt: DateTimeOffset.UnixEpoch);

    [Fact]
    public void Register_AnApp_IsAskedInThePlain()
    {
        _registry.Register(new RouterRegistration(["app.tatara.test"], "10.0.0.9", 61001, App: "app"));

        _registry.Table.Routes.ShouldHaveSingleItem().Members.ShouldHaveSingleItem().Endpoint.Tls.ShouldBeNull();
    }
}
