using System.Net;
using Tatara.Cluster;
using Tatara.Configuration;
using Tatara.Hosts;
using Tatara.Peers;

namespace Tatara.Tests.Cluster;

/// <summary>No two hosts have containers with the same addresses, and no host has an address of a container.</summary>
public sealed class ContainerNetworkTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tatara-members-");

    private MemberStore Members => new(Path.Combine(_directory.FullName, "members.json"));

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Add_Hosts_EachHasANetworkOfItsOwn()
    {
        for (var i = 1; i <= 40; i++) await AddAsync($"host-{i}", $"10.0.0.{i}");

        var networks = Members.Read().Members.Select(m => IPNetwork.Parse(m.Network!)).ToList();
        networks.Distinct().Count().ShouldBe(40);
        networks.ShouldAllBe(one => networks.Count(other => other.Contains(one.BaseAddress)) == 1);
    }

    [Fact]
    public async Task Add_HostsAmongTheUsualAddressesOfContainers_ContainersGetOthers()
    {
        (await AddAsync("host-1", "10.253.0.1")).Network.ShouldBe("10.253.16.0/20");
        (await AddAsync("host-2", "10.253.0.2")).Network.ShouldBe("10.253.32.0/20");
    }

    [Fact]
    public async Task Add_HostWithTheAddressOfAContainer_IsRefused()
    {
        await AddAsync("host-1", "10.0.0.1");

        var refusal = await Should.ThrowAsync<SetupException>(AddAsync("host-2", "10.253.3.4"));

        refusal.Problem.ShouldBe("10.253.3.4 is among the addresses of the containers of the host 'host-1', 10.253.0.0/20.");
        Members.Read().Members.Count.ShouldBe(1);
    }

    [Fact]
    public async Task RequireOwnNetwork_AnotherHostsIsWritten_SaysWhichToWrite()
    {
        await AddAsync("host-1", "10.0.0.1");
        await AddAsync("host-2", "10.0.0.2");

        // The second host has the first one's.
        var refusal = Should.Throw<SetupException>(() => HostPreparation.RequireOwnNetwork(Configure("10.253.0.0/20"), Members.Read()));
        refusal.Problem.ShouldContain("so have those of host-1");
        refusal.Advice.ShouldContain("`network: 10.253.16.0/20`");

        HostPreparation.RequireOwnNetwork(Configure("10.253.16.0/20"), Members.Read());
        HostPreparation.RequireOwnNetwork(Configure("10.250.16.0/20"), Members.Read());
    }

    private static HostConfiguration Configure(string network) =>
        HostFile.Parse("/etc/tatara/tatara.yml", $"domain: apps.example.com\nroles: [dea]\nhost:\n  name: host-2\n  address: 10.0.0.2\ndea:\n  network: {network}\n");

    private Task<Member> AddAsync(string name, string address) => Members.AddAsync(name, address, [PeerRole.Dea], null, "pin", CancellationToken.None);
}
