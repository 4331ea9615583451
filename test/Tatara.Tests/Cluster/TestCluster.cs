using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Tatara.Cluster;
using Tatara.Configuration;
using Tatara.Hosts;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Testing;

namespace Tatara.Tests.Cluster;

/// <summary>An authority and hosts of it, all on the loopback interface, each with a folder of its own.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private const string Address = "127.0.0.1";
    private readonly string _folder = Directory.CreateTempSubdirectory("tatara-cluster-").FullName;
    private readonly int _portsFrom;
    private readonly List<IAsyncDisposable> _running = [];

    private TestCluster(int portsFrom) => _portsFrom = portsFrom;

    public HostConfiguration Founder { get; private set; } = null!;

    public ClusterAuthority Authority => new(Founder.Identity.Directory, TimeProvider.System);

    public MemberStore Members => new(Founder.Identity.MembersFile);

    public TokenStore Tokens => new(Path.Combine(Founder.Identity.Directory, "tokens"), TimeProvider.System);

    /// <param name="founded">When the authority was made; null: now.</param>
    public static async Task<TestCluster> CreateAsync(DateTimeOffset? founded = null)
    {
        var cluster = new TestCluster(FreePorts());
        cluster.Founder = cluster.Configure("host-1", PeerRole.All);
        Directory.CreateDirectory(cluster.Founder.Identity.Directory);
        new ClusterAuthority(cluster.Founder.Identity.Directory, new ManualTimeProvider(founded ?? DateTimeOffset.UtcNow)).Create();
        using var key = HostKey.Create();
        var self = await cluster.Members.AddAsync("host-1", Address, [.. PeerRole.All, PeerRole.Operator], null, HostKey.PinOf(key.Public), CancellationToken.None);
        cluster.Founder.Identity.Write(key.Pem, cluster.Authority.IssueAll(key.Public, self));
        return cluster;
    }

    /// <summary>A member as `tatara join` makes one, at an address that other tests' hosts do not have.</summary>
    public async Task<HostConfiguration> AddAsync(string name, params string[] roles)
    {
        using var key = HostKey.Create();
        var member = await Members.AddAsync(name, $"127.0.0.{Members.Read().Members.Count + 1}", roles, null, HostKey.PinOf(key.Public), CancellationToken.None);
        var host = Configure(name, roles);
        Directory.CreateDirectory(host.Identity.Directory);
        File.Copy(Founder.Identity.AuthorityFile, host.Identity.AuthorityFile);
        File.Copy(Founder.Identity.MembersFile, host.Identity.MembersFile);
        host.Identity.Write(key.Pem, Authority.IssueAll(key.Public, member));
        return host;
    }

    public async Task StartBusAsync()
    {
        var bus = new ClusterBus(Founder, "of the routes", NullLoggerFactory.Instance);
        _running.Add(bus);
        await bus.StartAsync(CancellationToken.None);
    }

    public async Task StartAuthorityAsync()
    {
        var host = AuthorityHost.Build(Founder, _ => { });
        _running.Add((IAsyncDisposable)host);
        await host.StartAsync();
    }

    /// <summary>A connection as that role of that host has.</summary>
    public async Task<NatsConnection> ConnectAsync(HostConfiguration host, string role, ListLogger<NatsConnection>? log = null)
    {
        var connection = new NatsConnection(new OneOfMany(host).Bus(role, role), log);
        _running.Insert(0, connection);
        await connection.ConnectAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var each in _running) await each.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public PlatformOptions OptionsOf(string name) => new() { Data = Path.Combine(_folder, name), Domain = "cluster.test", PortsFrom = _portsFrom };

    /// <summary>Below those that the kernel gives to others meanwhile.</summary>
    private static int FreePorts()
    {
        while (true)
        {
            var options = new PlatformOptions { PortsFrom = Random.Shared.Next(10_000, 32_000) };
            if (((int[])[options.BusPort, options.BusRoutePort, options.AuthorityPort]).All(IsFree)) return options.PortsFrom;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private HostConfiguration Configure(string name, IReadOnlyList<string> roles) => new()
    {
        File = Path.Combine(_folder, name + ".yml"),
        Roles = roles,
        Name = name,
        Address = Address,
        ContainerNetwork = ContainerNetwork.Number(0),
        DeaId = Member.UsualDeaId(name),
        Platform = OptionsOf(name),
    };
}
