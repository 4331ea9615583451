using Tatara.Cluster;
using Tatara.Commands;
using Tatara.Configuration;
using Tatara.Hosts;
using Tatara.Peers;

namespace Tatara.Tests.Hosts;

public sealed class HostFileTests
{
    private const string Least = """
        domain: apps.example.com
        roles: [dea]
        host:
          name: host-2
          address: 10.0.0.2
        """;

    [Fact]
    public void Parse_TheSample_IsAHostWithAllRoles()
    {
        var host = HostFile.Parse("tatara.yml", ConfigCommand.Sample());

        host.Name.ShouldBe("host-1");
        host.Roles.ShouldBe(PeerRole.All);
        host.Platform.Router.DrainTimeout.ShouldBe(TimeSpan.FromSeconds(60));
        host.ContainerNetwork.ShouldBe(ContainerNetwork.Number(0));
    }

    [Fact]
    public void Parse_TheSampleWithEveryRemarkTakenOff_IsRightToo()
    {
        var all = string.Join('\n', ConfigCommand.Sample().Split('\n').Select(line =>
            System.Text.RegularExpressions.Regex.Replace(line, "^( *)# ([a-z-]+: \\S*)$", "$1$2")));

        var host = HostFile.Parse("tatara.yml", all);

        host.Platform.Database.ShouldBe("/etc/tatara/database");
        host.Platform.AcmeNames.ShouldBe(["*.example.com"]);
    }

    [Fact]
    public void Parse_OnlyWhatIsNeeded_TakesTheUsualForTheRest()
    {
        var host = HostFile.Parse("tatara.yml", Least);

        host.DeaId.ShouldBe("dea-host-2");
        host.Platform.Data.ShouldBe(new PlatformOptions().Data);
        host.Platform.StackDirectory.ShouldBe("/var/lib/tatara/stacks/bookworm");
        host.Platform.WriteHosts.ShouldBeFalse();
    }

    [Theory]
    [InlineData("colour: red", "line 6: there is no key 'colour'", "domain")]
    [InlineData("dea:\n  memroy: 64", "line 7: there is no key 'dea.memroy'", "memory")]
    [InlineData("dea:\n  memory: lots", "line 7: 'dea.memory': 'lots' is not a whole number", "")]
    [InlineData("dea:\n  network: 10.0.0.0/8", "line 7: 'dea.network'", "10.253.16.0/20")]
    [InlineData("dea:\n  network: 10.253.240.0/20", "line 7: 'dea.network'", "10.253.16.0/20")]
    [InlineData("router: yes", "line 6: 'router' has to hold keys of its own", "")]
    [InlineData("router:\n  https-only: all", "line 7: 'router.https-only' has to be a list", "[a, b]")]
    [InlineData("json-log: maybe", "line 6: 'json-log': 'maybe' is neither true nor false", "")]
    [InlineData("tcp-ports: 80", "line 6: 'tcp-ports': '80' are no ports", "1024")]
    [InlineData("ports-from: 99999", "line 6: 'ports-from'", "")]
    [InlineData("router:\n  acme: http://plain.example", "line 7: 'router.acme'", "https")]
    [InlineData("domain: twice.example.com", "line 6: ", "YAML")]
    [InlineData("staging-timeout: [1", "line", "YAML")]
    public void Parse_SomethingWrong_SaysWhereAndWhatToDo(string added, string problem, string advice)
    {
        var refusal = Should.Throw<SetupException>(() => HostFile.Parse("tatara.yml", $"{Least}\n{added}\n"));

        refusal.Problem.Replace("':", "'", StringComparison.Ordinal).ShouldContain(problem.Replace("':", "'", StringComparison.Ordinal));
        refusal.Advice.ShouldContain(advice);
    }

    [Theory]
    [InlineData("domain: apps.example.com", "domain: nodot", "'nodot' is not a domain")]
    [InlineData("domain: apps.example.com", "", "'domain' is missing")]
    [InlineData("roles: [dea]", "roles: [dae]", "line 2: 'roles': there is no role 'dae'")]
    [InlineData("roles: [dea]", "roles: [dea, dea]", "one is there twice")]
    [InlineData("roles: [dea]", "roles: []", "'roles' is missing")]
    [InlineData("name: host-2", "name: Host_2", "line 4: 'host.name'")]
    [InlineData("name: host-2", "name: a.b", "line 4: 'host.name'")]
    [InlineData("address: 10.0.0.2", "address: 127.0.0.1", "line 5: 'host.address'")]
    [InlineData("address: 10.0.0.2", "address: host-2", "line 5: 'host.address'")]
    [InlineData("address: 10.0.0.2", "address: 0.0.0.0", "line 5: 'host.address'")]
    public void Parse_AWrongIdentity_IsRefused(string right, string wrong, string problem)
    {
        Should.Throw<SetupException>(() => HostFile.Parse("tatara.yml", Least.Replace(right, wrong, StringComparison.Ordinal))).Problem.ShouldContain(problem);
    }

    [Fact]
    public void Of_EverythingThatUpCanBeTold_IsReadBackAsItWas()
    {
        var options = new PlatformOptions
        {
            Data = "/srv/it's", Stacks = "/srv/stacks", Buildpacks = "/srv/buildpacks", Domain = "apps.example.com", Database = "/etc/db", PortsFrom = 25000, JsonLog = true,
            StagingTimeout = 20, MemoryMb = 512, MemoryOvercommit = 1.5, Zone = "east", WriteHosts = false, Listen = "10.0.0.1", HttpPort = 8080, HttpsPort = 8443,
            HttpsOnly = ["*.example.com"], AcmeDirectory = new Uri("https://acme.example/dir"), AcmeNames = ["*.example.com"], AcmeContact = "o@example.com", AcmeAuthorities = "/etc/acme.pem",
            Router = new RouterSettings
            {
                ProxyProtocolFrom = ["10.0.0.0/8"], DrainWait = TimeSpan.FromSeconds(3), DrainTimeout = TimeSpan.FromSeconds(40), MaxBodyBytes = 7 << 20, ClientAuthorities = "/etc/ca.pem",
                RouteServiceAuthorities = "/etc/rs.pem", RequiresClientCertificate = true, ForwardedClientCert = Router.Tls.ForwardedClientCertMode.Forward, ExternalHttpsPort = 443,
            },
        };
        var text = HostFileText.Of(new JoinAnswer
        {
            Member = new Member("host-1", "10.0.0.1", PeerRole.All, ContainerNetwork.Number(3).Subnet, "dea-0"),
            Domain = options.Domain, TcpPorts = options.TcpPorts.ToString(), ExternalHttpsPort = 443, PortsFrom = options.PortsFrom,
        }, options);

        var read = HostFile.Parse("tatara.yml", text);

        (read.DeaId, read.ContainerNetwork).ShouldBe(("dea-0", ContainerNetwork.Number(3)));
        System.Text.Json.JsonSerializer.Serialize(read.Platform).ShouldBe(System.Text.Json.JsonSerializer.Serialize(options));
    }

    [Fact]
    public void Load_WritableByOthers_IsRefused()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, Least);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);
            Should.Throw<SetupException>(() => HostFile.Load(file)).Advice.ShouldContain("chmod");

            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
            HostFile.Load(file).Name.ShouldBe("host-2");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Number_EveryHost_HasANetworkOfItsOwnThatParses()
    {
        var all = Enumerable.Range(0, ContainerNetwork.Max).Select(ContainerNetwork.Number).ToList();

        all.Distinct().Count().ShouldBe(ContainerNetwork.Max);
        all.Select(n => n.ResolverAddress).Distinct().Count().ShouldBe(ContainerNetwork.Max);
        all.ShouldAllBe(n => ContainerNetwork.Parse(n.Subnet) == n);
    }
}
