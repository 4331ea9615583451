using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Tatara.Protocol;
using Tatara.Router.Registry;
using Tatara.Router.Tcp;
using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests.ProxyProtocol;

/// <summary>Load balancers connect from 127.0.0.2; everybody else is a client.</summary>
public sealed class ProxyProtocolTests : RouterTestBase
{
    private const string Line = "PROXY TCP4 203.0.113.7 198.51.100.1 4711 443\r\n";
    private const string Get = $"GET / HTTP/1.1\r\nHost: {Host}\r\n\r\n";
    private const string Group = "group-1";

    private readonly int _tcpPort = FreePort();

    [Fact]
    public async Task Http_HeaderNamesTheClient_AppSeesIt()
    {
        await using var app = await StartAppAsync();
        using var balancer = await ConnectAsync("127.0.0.2", Router.Ports.Http!);
        await balancer.SendAsync(Line + Get);

        (await balancer.ReadResponseAsync()).Status.ShouldBe(200);
        // The header is said once, not before each request.
        await balancer.SendAsync(Get);
        (await balancer.ReadResponseAsync()).Status.ShouldBe(200);

        foreach (var request in app.Requests)
        {
            request.ShouldContain("X-Forwarded-For: 203.0.113.7\r\n");
            request.ShouldContain("X-Forwarded-Port: 443\r\n");
            request.ShouldContain("X-Forwarded-Proto: http\r\n");
        }
        app.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Http_HeaderComesByteByByte_IsUnderstood()
    {
        await using var app = await StartAppAsync();
        using var balancer = await ConnectAsync("127.0.0.2", Router.Ports.Http!);
        foreach (var b in Binary("203.0.113.8", 1234, "198.51.100.1", 80).Concat(Encoding.ASCII.GetBytes(Get)))
            await balancer.SendAsync(new[] { b });

        (await balancer.ReadResponseAsync()).Status.ShouldBe(200);
        app.Requests.Single().ShouldContain("X-Forwarded-For: 203.0.113.8\r\n");
    }

    [Theory]
    [InlineData("line", 1)]
    [InlineData("line", 2)]
    [InlineData("binary", 1)]
    [InlineData("binary", 2)]
    public async Task Https_HeaderBeforeTheHandshake_AppSeesTheClient(string header, int version)
    {
        await using var app = await StartAppAsync();
        var socket = await DialAsync("127.0.0.2", Router.Ports.Https!);
        await socket.SendAsync(header == "line" ? Encoding.ASCII.GetBytes(Line) : Binary("203.0.113.7", 4711, "198.51.100.1", 443));
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null },
            ConnectCallback = (_, _) => new(new NetworkStream(socket, ownsSocket: true)),
        }) { DefaultRequestVersion = new Version(version, version == 1 ? 1 : 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        (await http.GetStringAsync($"https://{Host}/")).ShouldBe("hi");

        var seen = app.Requests.Single();
        seen.ShouldContain("X-Forwarded-For: 203.0.113.7\r\n");
        seen.ShouldContain("X-Forwarded-Proto: https\r\n");
    }

    [Theory]
    [InlineData("PROXY UNKNOWN\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0020\0\0\0")]
    public async Task Http_BalancerSpeaksForItself_IsTheClient(string header)
    {
        await using var app = await StartAppAsync();
        using var balancer = await ConnectAsync("127.0.0.2", Router.Ports.Http!);
        await balancer.SendAsync(header + Get);

        (await balancer.ReadResponseAsync()).Status.ShouldBe(200);
        app.Requests.Single().ShouldContain("X-Forwarded-For: 127.0.0.2\r\n");
    }

    [Theory]
    [InlineData(Get)]
    [InlineData("PROXY TCP4 203.0.113.7\r\n" + Get)]
    [InlineData("")]
    public async Task Http_BalancerSaysNoHeader_IsCutOff(string says)
    {
        await using var app = await StartAppAsync();
        using var balancer = await ConnectAsync("127.0.0.2", Router.Ports.Http!);
        await balancer.SendAsync(says);

        (await balancer.ReadUntilGoneAsync()).ShouldBe("");
        app.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Https_BalancerSaysNoHeader_GetsNoHandshake()
    {
        using var socket = await DialAsync("127.0.0.2", Router.Ports.Https!);
        await using var tls = new SslStream(new NetworkStream(socket), false, (_, shown, _, _) => shown is not null);
        var failure = await Should.ThrowAsync<Exception>(() => tls.AuthenticateAsClientAsync(Host));
        (failure is IOException or AuthenticationException).ShouldBeTrue(failure.ToString());
    }

    [Fact]
    public async Task Http_NoBalancer_NeedsNoHeaderAndMaySendNone()
    {
        await using var app = await StartAppAsync();
        using var client = await ConnectAsync("127.0.0.3", Router.Ports.Http!);
        await client.SendAsync(Get);
        (await client.ReadResponseAsync()).Status.ShouldBe(200);
        app.Requests.Single().ShouldContain("X-Forwarded-For: 127.0.0.3\r\n");

        using var liar = await ConnectAsync("127.0.0.3", Router.Ports.Http!);
        await liar.SendAsync(Line + Get);
        (await liar.ReadResponseAsync()).Status.ShouldBe(400);
        app.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task TcpRoute_HeaderAndFirstBytesTogether_AppGetsTheBytesAlone()
    {
        await using var app = RawBackend.Start(async connection => await connection.SendAsync("got " + await connection.ReadToEndAsync()));
        await RegisterTcpAsync(app);
        using var balancer = await ConnectAsync("127.0.0.2", new IPEndPoint(IPAddress.Loopback, _tcpPort));
        await balancer.SendAsync(Line + "one ");
        await balancer.SendAsync("two");
        balancer.Socket.Shutdown(SocketShutdown.Send);
        (await balancer.ReadToEndAsync()).ShouldBe("got one two");
        await TestRouter.UntilAsync(() => Router.Log.All.Any(line => line.StartsWith("Information: 203.0.113.7:4711 was connected", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task TcpRoute_BalancerSaysNoHeader_AppIsNotReachedButByOthers()
    {
        await using var app = RawBackend.Start(async connection => await connection.SendAsync("got " + await connection.ReadToEndAsync()));
        await RegisterTcpAsync(app);
        using (var balancer = await ConnectAsync("127.0.0.2", new IPEndPoint(IPAddress.Loopback, _tcpPort)))
        {
            await balancer.SendAsync("HELO\r\n");
            (await balancer.ReadUntilGoneAsync()).ShouldBe("");
        }
        app.Connections.ShouldBe(0);

        using var client = await ConnectAsync("127.0.0.3", new IPEndPoint(IPAddress.Loopback, _tcpPort));
        await client.SendAsync("direct");
        client.Socket.Shutdown(SocketShutdown.Send);
        (await client.ReadToEndAsync()).ShouldBe("got direct");
    }

    [Fact]
    public void Validate_NoNetwork_SaysSo() =>
        Should.Throw<ArgumentException>(new RouterOptions { Bus = new() { Servers = ["x"] }, HttpsPort = null, ProxyProtocolFrom = ["the balancer"] }.Validate)
            .Message.ShouldContain("the balancer");

    protected override RouterOptions Configure(RouterOptions options)
    {
        PortRanges.TryParse($"{_tcpPort}", out var pool).ShouldBeTrue();
        return options with
        {
            ProxyProtocolFrom = ["127.0.0.2/32"],
            Tcp = new TcpRouting(Group, pool),
            Limits = options.Limits with { HandshakeTimeout = TimeSpan.FromSeconds(3), SweepInterval = TimeSpan.FromSeconds(0.1) },
        };
    }

    private async Task<RawBackend> StartAppAsync()
    {
        var app = RawBackend.Saying("hi");
        await Router.RegisterAsync(Host, app.Endpoint);
        return app;
    }

    private async Task RegisterTcpAsync(RawBackend app)
    {
        await Router.Bus.PublishAsync(Subjects.RouterRegister, new RouterRegistration([], "127.0.0.1", app.Endpoint.Port, "dea", "app", "i", "0", TcpRoutes: [new TcpRoute(Group, _tcpPort)]));
        await TestRouter.UntilAsync(() => System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(l => l.Port == _tcpPort));
        Router.Registry.Table.Find(RouteKey.OfPort(_tcpPort)).ShouldNotBeNull();
    }

    private static byte[] Binary(string source, int sourcePort, string destination, int destinationPort)
    {
        byte[] header = [.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, 0x11, 0, 12, .. IPAddress.Parse(source).GetAddressBytes(), .. IPAddress.Parse(destination).GetAddressBytes(), 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(24), (ushort)sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(26), (ushort)destinationPort);
        return header;
    }

    private static async Task<RawClient> ConnectAsync(string from, IPEndPoint to) => new(await DialAsync(from, to));

    private static async Task<Socket> DialAsync(string from, IPEndPoint to)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(to);
        return socket;
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
