using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Tatara.Hosts;
using Tatara.Peers;
using Tatara.Testing;

namespace Tatara.Tests.Cluster;

/// <summary>HTTP between hosts, with the certificates that an authority gave them.</summary>
public sealed class PeerNetworkTests : IAsyncLifetime
{
    private static readonly Uri s_address = new($"https://{PeerName.OfRole(PeerRole.CloudController)}/");
    private TestCluster _cluster = null!;
    private HostConfiguration _dea = null!;
    private WebApplication _server = null!;
    private int _port;

    public async Task InitializeAsync()
    {
        _cluster = await TestCluster.CreateAsync();
        _dea = await _cluster.AddAsync("host-2", PeerRole.Dea);
        await StartAsync(PeerRole.CloudController);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Get_AMember_IsAnsweredByTheRoleThatItAskedFor()
    {
        using var client = Client(_dea);

        (await client.GetStringAsync(s_address)).ShouldBe("host-2");
    }

    [Fact]
    public async Task Get_WithoutACertificate_IsRefused()
    {
        using var authority = _cluster.Authority.Load();
        using var client = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => PeerTls.IsServerOf(authority, (X509Certificate2)certificate!) },
        });

        var failure = await Should.ThrowAsync<HttpRequestException>(client.GetAsync(new Uri($"https://127.0.0.1:{_port}/")));

        failure.StatusCode.ShouldBeNull();
    }

    [Fact]
    public async Task Get_WithACertificateOfAnotherAuthority_IsRefused()
    {
        await using var other = await TestCluster.CreateAsync();
        var stranger = await other.AddAsync("host-2", PeerRole.Dea);
        File.Copy(_dea.Identity.AuthorityFile, stranger.Identity.AuthorityFile, overwrite: true);
        using var client = Client(stranger);

        await Should.ThrowAsync<HttpRequestException>(client.GetAsync(s_address));
    }

    [Fact]
    public async Task Get_AHostThatWasRemoved_IsRefusedOnConnectionsThatAreOpenToo()
    {
        using var client = Client(_dea);
        (await client.GetAsync(s_address)).StatusCode.ShouldBe(HttpStatusCode.OK);

        await _cluster.Members.RemoveAsync("host-2", DateTimeOffset.UtcNow, CancellationToken.None);

        (await client.GetAsync(s_address)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var anew = Client(_dea);
        await Should.ThrowAsync<HttpRequestException>(anew.GetAsync(s_address));
    }

    [Fact]
    public async Task Get_FromAMemberOfAnotherRole_IsNotBelieved()
    {
        await _server.DisposeAsync();
        await StartAsync(PeerRole.LogCache);
        using var client = Client(_dea);

        await Should.ThrowAsync<HttpRequestException>(client.GetAsync(s_address));
    }

    [Fact]
    public async Task Get_TheFirstOfTwoHostsIsDown_TheOtherAnswers()
    {
        await _cluster.AddAsync("host-3", PeerRole.CloudController);
        var members = _cluster.Members.Read();
        File.WriteAllText(_dea.Identity.MembersFile, new MemberList([.. members.Members.Reverse()]).ToString());
        using var client = Client(_dea);

        (await client.GetStringAsync(s_address)).ShouldBe("host-2");
    }

    private HttpClient Client(HostConfiguration host) => new(PeerNetwork.CreateHandler(new PeerNetwork(new PeerTls(host.Identity.FilesOf(PeerRole.Dea)), _ => _port)));

    private async Task StartAsync(string role)
    {
        _port = NatsServer.FreePort();
        var network = new PeerNetwork(new PeerTls(_cluster.Founder.Identity.FilesOf(role)), _ => _port);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => PeerNetwork.Listen(kestrel, network, "127.0.0.1", _port));
        _server = builder.Build();
        PeerNetwork.RequireMembers(_server, network);
        _server.Run(context => context.Response.WriteAsync(PeerName.Of(context.Connection.ClientCertificate!)!.Host));
        await _server.StartAsync();
    }
}
