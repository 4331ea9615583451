using System.Security.Cryptography.X509Certificates;
using Tatara.Cluster;
using Tatara.Configuration;
using Tatara.Hosts;
using Tatara.Peers;

namespace Tatara.Tests.Cluster;

/// <summary>Hosts that ask a real authority to be let in.</summary>
public sealed class JoiningTests : IAsyncLifetime
{
    private TestCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await TestCluster.CreateAsync();
        Secrets.LoadOrCreate(_cluster.Founder.Platform.SecretsFile);
        new Tls.CertificateAuthority(_cluster.Founder.Platform.TlsDirectory, "cluster.test", TimeProvider.System).Ensure();
        await _cluster.StartAuthorityAsync();
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Join_ADea_GetsCertificatesAndNoSecretOfTheOthers()
    {
        var member = await JoinAsync("host-2", Token(PeerRole.Dea));

        member.Roles.ShouldBe([PeerRole.Dea]);
        var host = HostFile.Load(FileOf("host-2"));
        host.Name.ShouldBe("host-2");
        host.Platform.Domain.ShouldBe("cluster.test");
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(host.Identity.CertificateFile(PeerRole.Dea));
        PeerName.Of(certificate).ShouldBe(new PeerName("host-2", PeerRole.Dea));
        certificate.MatchesHostname("10.99.0.9").ShouldBeTrue();
        File.GetUnixFileMode(host.Identity.KeyFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var founder = Secrets.LoadOrCreate(_cluster.Founder.Platform.SecretsFile);
        Secrets.LoadOrCreate(host.Platform.SecretsFile).ShouldBe(new Secrets { StatusPassword = founder.StatusPassword });
        Directory.GetFiles(host.Platform.TlsDirectory).Select(Path.GetFileName).ShouldBe(["ca.crt"]);
        Directory.GetFiles(host.Identity.Directory, "ca.key").ShouldBeEmpty();
    }

    [Fact]
    public async Task Join_ARouter_GetsWhatUsersMeetAndTheSecretOfRouteServicesAlone()
    {
        await JoinAsync("host-2", Token(PeerRole.Router));

        var platform = HostFile.Load(FileOf("host-2")).Platform;
        Directory.GetFiles(platform.TlsDirectory).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["ca.crt", "router.crt", "router.key"]);
        var founder = Secrets.LoadOrCreate(_cluster.Founder.Platform.SecretsFile);
        Secrets.LoadOrCreate(platform.SecretsFile).ShouldBe(new Secrets { StatusPassword = founder.StatusPassword, RouteServices = founder.RouteServiceSecret });
    }

    [Fact]
    public async Task Join_WithATokenThatWasUsed_IsRefused()
    {
        var token = Token(PeerRole.Dea);
        await JoinAsync("host-2", token);

        var refusal = await Should.ThrowAsync<SetupException>(JoinAsync("host-3", token));

        refusal.Problem.ShouldContain("used already");
        _cluster.Members.Read().Members.Select(m => m.Name).ShouldBe(["host-1", "host-2"]);
        File.Exists(FileOf("host-3")).ShouldBeFalse();
    }

    [Fact]
    public async Task Join_TenAtOnceWithOneToken_LetsOneIn()
    {
        var token = Token(PeerRole.Dea);
        var tries = await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            try
            {
                await JoinAsync($"host-{i + 2}", token);
                return 1;
            }
            catch (SetupException e) when (e.Problem.Contains("used already", StringComparison.Ordinal))
            {
                return 0;
            }
        }));

        tries.Sum().ShouldBe(1);
    }

    [Fact]
    public async Task Join_WithATokenThatEnded_IsRefused()
    {
        var refusal = await Should.ThrowAsync<SetupException>(JoinAsync("host-2", Token(PeerRole.Dea, expires: DateTimeOffset.UtcNow.AddSeconds(-1))));

        refusal.Problem.ShouldContain("ended");
        refusal.Advice.ShouldContain("token create");
    }

    [Fact]
    public async Task Join_WithAnInventedSecret_IsRefused()
    {
        var refusal = await Should.ThrowAsync<SetupException>(JoinAsync("host-2", Token(PeerRole.Dea) with { Secret = new string('0', 32) }));

        refusal.Problem.ShouldContain("does not know this token");
    }

    [Fact]
    public async Task Join_SomebodyElseAnswers_IsNotedBeforeTheSecretIsSaid()
    {
        await using var other = await TestCluster.CreateAsync();
        await other.StartAuthorityAsync();
        var token = Token(PeerRole.Dea);

        var refusal = await Should.ThrowAsync<SetupException>(JoinAsync("host-2", token with { Authority = new(System.Net.IPAddress.Loopback, other.Founder.Platform.AuthorityPort) }));

        refusal.Problem.ShouldContain("is not the authority that this token is of");
        await JoinAsync("host-2", token);
    }

    [Theory]
    [InlineData("host-1", "is or was that of another host")]
    [InlineData("Not_A_Name", "cannot name a host")]
    public async Task Join_WithAnImpossibleName_LeavesTheTokenForAnotherTry(string name, string problem)
    {
        var token = Token(PeerRole.Dea);

        (await Should.ThrowAsync<SetupException>(JoinAsync(name, token, folder: "host-2"))).Problem.ShouldContain(problem);

        (await JoinAsync("host-2", token)).Name.ShouldBe("host-2");
    }

    [Fact]
    public async Task Join_FromAnAddressThatNobodyReaches_LeavesTheTokenForAnotherTry()
    {
        var secret = _cluster.Tokens.Create(new TokenGrant([PeerRole.Dea], DateTimeOffset.UtcNow.AddHours(1)));

        var refusal = await Should.ThrowAsync<SetupException>(JoinAsync("host-2", Token(PeerRole.Dea) with { Secret = secret }));

        refusal.Advice.ShouldContain("--address");
    }

    [Fact]
    public async Task Join_UnderTheNameOfARemovedHost_IsRefused()
    {
        await JoinAsync("host-2", Token(PeerRole.Dea));
        await _cluster.Members.RemoveAsync("host-2", DateTimeOffset.UtcNow, CancellationToken.None);

        (await Should.ThrowAsync<SetupException>(JoinAsync("host-2", Token(PeerRole.Dea), folder: "again"))).Problem.ShouldContain("is or was that of another host");
    }

    [Fact]
    public async Task Join_ANameOfTheToken_CountsMoreThanTheOneThatIsAskedFor()
    {
        var secret = _cluster.Tokens.Create(new TokenGrant([PeerRole.Dea], DateTimeOffset.UtcNow.AddHours(1), "cell-7", "10.99.0.9"));

        var member = await JoinAsync("host-2", Token(PeerRole.Dea) with { Secret = secret });

        (member.Name, member.Address).ShouldBe(("cell-7", "10.99.0.9"));
    }

    [Fact]
    public async Task Follow_AHostThatJoined_HearsOfOthersAndNoMoreOnceItIsRemoved()
    {
        await JoinAsync("host-2", Token(PeerRole.Dea));
        var host = HostFile.Load(FileOf("host-2"));
        using var client = new HttpClient(PeerNetwork.CreateHandler(new PeerNetwork(new PeerTls(host.Identity.FilesOf(PeerRole.Dea)), host.PortOf)));
        var members = new Uri($"https://{PeerName.OfRole(PeerRole.Authority)}/members");

        MemberList.Parse(await client.GetStringAsync(members)).Present.Select(m => m.Name).ShouldBe(["host-1", "host-2"]);
        await _cluster.Members.RemoveAsync("host-2", DateTimeOffset.UtcNow, CancellationToken.None);

        (await client.GetAsync(members)).StatusCode.ShouldBe(System.Net.HttpStatusCode.Forbidden);
        using var anew = new HttpClient(PeerNetwork.CreateHandler(new PeerNetwork(new PeerTls(host.Identity.FilesOf(PeerRole.Dea)), host.PortOf)));
        await Should.ThrowAsync<HttpRequestException>(anew.GetAsync(members));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.1:24005/abc/def")]
    [InlineData("10.0.0.1/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("10.0.0.1:24005/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/../../../../../../etc/passwd_a")]
    public void Parse_NoToken_IsNone(string text) => JoinToken.Parse(text).ShouldBeNull();

    private JoinToken Token(string role, DateTimeOffset? expires = null, string? address = "10.99.0.9")
    {
        var secret = _cluster.Tokens.Create(new TokenGrant([role], expires ?? DateTimeOffset.UtcNow.AddHours(1), null, address));
        using var authority = _cluster.Authority.Load();
        return new JoinToken(new(System.Net.IPAddress.Loopback, _cluster.Founder.Platform.AuthorityPort), ClusterAuthority.FingerprintOf(authority), secret);
    }

    private string FileOf(string name) => _cluster.OptionsOf(name).Data + ".yml";

    private Task<Member> JoinAsync(string name, JoinToken token, string? folder = null) =>
        new Joining(_cluster.OptionsOf(folder ?? name), name).RunAsync(token, FileOf(folder ?? name), CancellationToken.None);
}
