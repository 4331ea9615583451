using System.Security.Cryptography.X509Certificates;
using Tatara.Cluster;
using Tatara.Hosts;
using Tatara.Peers;
using Tatara.Testing;
using Tatara.Tls;

namespace Tatara.Tests.Cluster;

/// <summary>Hosts whose certificates are about to end, while their roles run.</summary>
public sealed class RenewalTests : IAsyncLifetime
{
    private static readonly TimeSpan s_life = TimeSpan.FromDays(90), s_left = TimeSpan.FromHours(1), s_patience = TimeSpan.FromSeconds(60);

    private readonly ListLogger<Membership> _log = new();
    private readonly List<Membership> _memberships = [];
    private TestCluster _cluster = null!;
    private HostConfiguration _host = null!;

    public async Task InitializeAsync()
    {
        _cluster = await TestCluster.CreateAsync(founded: DateTimeOffset.UtcNow - 2 * s_life);
        _host = await _cluster.AddAsync("host-2", PeerRole.Router, PeerRole.Dea, PeerRole.CloudController);
        foreach (var host in (HostConfiguration[])[_cluster.Founder, _host]) IssueAnew(host);
        UserTls(_cluster.Founder, issued: DateTimeOffset.UtcNow - TimeSpan.FromDays(397 - 40)).Ensure();
        await _cluster.StartBusAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var membership in _memberships)
        {
            await membership.StopAsync(CancellationToken.None);
            membership.Dispose();
        }
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Run_EveryRoleOfAHostFindsItDue_ItIsRenewedOnceAndConnectionsGoOn()
    {
        await _cluster.StartAuthorityAsync();
        var connection = await _cluster.ConnectAsync(_host, PeerRole.Dea);
        var (connected, key) = (0, File.ReadAllText(_host.Identity.KeyFile));
        connection.Connected += () => Interlocked.Increment(ref connected); // Told once of the connection that is there.

        await StartAsync(_host);
        await StartAsync(_cluster.Founder);
        await UntilAsync(() => _host.Roles.All(role => LeftOf(_host, role) > s_life / 2) && LeftOf(_cluster.Founder, PeerRole.Bus) > s_life / 2);

        await connection.PingAsync();
        connected.ShouldBe(1);
        _log.Entries.Count(entry => entry.Text == "host-2 has new certificates").ShouldBe(1);
        File.ReadAllText(_host.Identity.KeyFile).ShouldBe(key);
        await (await _cluster.ConnectAsync(_host, PeerRole.Router)).PingAsync();
        using var bus = X509CertificateLoader.LoadCertificateFromFile(_cluster.Founder.Identity.CertificateFile(PeerRole.Bus));
        var configuration = Path.Combine(_cluster.Founder.Platform.Data, "bus", "nats.conf");
        await UntilAsync(() => File.ReadAllText(configuration).Contains(bus.SerialNumber, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_ARouterIsRenewed_ItGetsACertificateForUsersThatOutlivesTheNextRenewal()
    {
        await _cluster.StartAuthorityAsync();

        await StartAsync(_host);
        await UntilAsync(() => LeftOf(_host, PeerRole.Router) > s_life / 2);

        var tls = UserTls(_host);
        using var certificate = X509Certificate2.CreateFromPemFile(tls.CertificateFile, tls.KeyFile);
        (certificate.NotAfter - DateTime.Now).ShouldBeGreaterThan(s_life);
        File.Exists(Path.Combine(_host.Platform.TlsDirectory, "ca.key")).ShouldBeFalse();
    }

    [Fact]
    public async Task Run_TheAuthorityIsAway_SaysWhenTheCertificatesEndAndRenewsThemOnceItIsBack()
    {
        await StartAsync(_host);
        await UntilAsync(() => _log.Contains("nobody renews them"));

        await _cluster.StartAuthorityAsync();

        await UntilAsync(() => LeftOf(_host, PeerRole.Dea) > s_life / 2);
    }

    [Fact]
    public async Task Run_TheCertificatesEnded_SaysWhatToDo()
    {
        IssueAnew(_host, left: -TimeSpan.FromDays(1));
        await _cluster.StartAuthorityAsync();

        await StartAsync(_host);

        await UntilAsync(() => _log.Contains("let it join anew"));
        LeftOf(_host, PeerRole.Dea).ShouldBeLessThan(TimeSpan.Zero);
    }

    [Fact]
    public async Task Run_TheHostIsRemoved_SaysWhatToDo()
    {
        await _cluster.StartAuthorityAsync();
        await StartAsync(_host);
        await UntilAsync(() => LeftOf(_host, PeerRole.Dea) > s_life / 2);

        await _cluster.Members.RemoveAsync(_host.Name, DateTimeOffset.UtcNow, CancellationToken.None);

        await UntilAsync(() => _log.Contains($"host-2 was removed from the platform") && _log.Contains($"tatara destroy --config {_host.File}"));
    }

    /// <summary>As if the host had got its certificates so long ago.</summary>
    private void IssueAnew(HostConfiguration host, TimeSpan? left = null)
    {
        var member = _cluster.Members.Read().Present.Single(m => m.Name == host.Name);
        var authority = new ClusterAuthority(_cluster.Founder.Identity.Directory, new ManualTimeProvider(DateTimeOffset.UtcNow - s_life + (left ?? s_left)));
        using var key = HostKey.Load(host.Identity.KeyFile);
        host.Identity.Write(authority.IssueAll(key.Public, member));
    }

    /// <summary>Each role is a process of its own, and each looks after the certificates.</summary>
    private async Task StartAsync(HostConfiguration host)
    {
        foreach (var role in host.Roles)
        {
            var membership = new Membership(host, role, _log);
            _memberships.Add(membership);
            await membership.StartAsync(CancellationToken.None);
        }
    }

    private static CertificateAuthority UserTls(HostConfiguration host, DateTimeOffset? issued = null) =>
        new(host.Platform.TlsDirectory, host.Platform.Domain, new ManualTimeProvider(issued ?? DateTimeOffset.UtcNow));

    private static TimeSpan LeftOf(HostConfiguration host, string role)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(host.Identity.CertificateFile(role));
        return certificate.NotAfter - DateTime.Now;
    }

    private async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (!holds())
        {
            if (patience.IsCancellationRequested) throw new ShouldAssertException($"It does not happen. The log says: {string.Join('\n', _log.Entries.Select(entry => entry.Text))}");
            await Task.Delay(50);
        }
    }
}
