using System.Net;
using System.Net.Sockets;
using Tatara.Protocol;
using Tatara.Router.Registry;
using Tatara.Router.Tcp;
using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

public sealed class TcpRouteTests : RouterTestBase
{
    private const string Group = "group-1";

    private readonly int _port = FreePort();
    private readonly int _other = FreePort();

    [Fact]
    public async Task Connection_ToARegisteredPort_ReachesTheInstanceBothWaysAndEndsInOrder()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            var request = await connection.ReadToEndAsync();
            await connection.SendAsync($"{request.Length} bytes came");
        });
        await RegisterAsync(_port, app.Endpoint);

        using var client = await ConnectAsync(_port);
        await client.SendAsync(new string('x', 300_000));
        client.Socket.Shutdown(SocketShutdown.Send);

        (await client.ReadToEndAsync()).ShouldBe("300000 bytes came");
        await TestRouter.UntilAsync(() => Router.Log.All.Any(line =>
            line.StartsWith($"Information: 127.0.0.1:{((IPEndPoint)client.Socket.LocalEndPoint!).Port} was connected with TCP route :{_port}, {app.Endpoint} of app app/0, for ", StringComparison.Ordinal)
            && line.EndsWith(" s: 300000 bytes received, 17 bytes sent.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Connection_InstanceSpeaksFirstAndClosesFirst_ClientMayStillSend()
    {
        var got = new TaskCompletionSource<string>();
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.SendAsync("220 hello");
            connection.Socket.Shutdown(SocketShutdown.Send);
            got.SetResult(await connection.ReadToEndAsync());
        });
        await RegisterAsync(_port, app.Endpoint);

        using var client = await ConnectAsync(_port);
        (await client.ReadToEndAsync()).ShouldBe("220 hello");
        await client.SendAsync("bye");
        client.Socket.Shutdown(SocketShutdown.Send);

        (await got.Task.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe("bye");
    }

    [Fact]
    public async Task Unregister_TheLastInstance_ClosesThePortAndLeavesOpenConnectionsAlone()
    {
        await using var app = RawBackend.Start(EchoAsync);
        await RegisterAsync(_port, app.Endpoint);
        using var client = await ConnectAsync(_port);
        (await EchoAsync(client, "before")).ShouldBe("before");

        await Router.Bus.PublishAsync(Subjects.RouterUnregister, Registration(_port, app.Endpoint, "app", "i"));
        await TestRouter.UntilAsync(() => IsRefused(_port));

        (await EchoAsync(client, "after")).ShouldBe("after");
    }

    [Fact]
    public async Task Register_OutsideThePoolOrOfAnotherGroup_OpensNothing()
    {
        await using var app = RawBackend.Start(EchoAsync);
        var outside = FreePort();
        var message = Registration(outside, app.Endpoint, "app", "i");
        await Router.Bus.PublishAsync(Subjects.RouterRegister, message);
        await Router.Bus.PublishAsync(Subjects.RouterRegister, message with { TcpRoutes = [new TcpRoute("another", _other)] });
        await RegisterAsync(_port, app.Endpoint);

        IsRefused(outside).ShouldBeTrue();
        IsRefused(_other).ShouldBeTrue();
        Router.Registry.Table.Routes.Select(r => r.Key).ShouldBe([RouteKey.OfPort(_port)]);
    }

    [Fact]
    public async Task Connect_OneInstanceIsGone_TheOtherTakesTheConnection()
    {
        await using var alive = RawBackend.Start(EchoAsync);
        using var dead = new RefusingPort();
        await RegisterAsync(_port, dead.Endpoint, "app", "dead");
        await RegisterAsync(_port, alive.Endpoint, "app", "alive");
        for (var i = 0; i < 6; i++)
        {
            using var client = await ConnectAsync(_port);
            (await EchoAsync(client, "hello")).ShouldBe("hello");
        }
    }

    [Fact]
    public async Task Connect_NoInstanceTakesIt_ClosesTheConnection()
    {
        using var dead = new RefusingPort();
        await RegisterAsync(_port, dead.Endpoint);
        (await TryReadAsync(_port)).ShouldBe("");
    }

    [Fact]
    public async Task Register_AddressNowBelongsToAnotherApp_TheOldRouteLeadsNowhere()
    {
        await using var app = RawBackend.Start(EchoAsync);
        await RegisterAsync(_port, app.Endpoint, "app-1", "i1");
        await RegisterAsync(_other, app.Endpoint, "app-2", "i2");
        await TestRouter.UntilAsync(() => IsRefused(_port));
        using var client = await ConnectAsync(_other);
        (await EchoAsync(client, "two")).ShouldBe("two");
    }

    [Fact]
    public async Task Connect_InstanceIsRestarted_NewConnectionsReachTheNewOne()
    {
        await using var first = RawBackend.Start(c => c.SendAsync("first"));
        await RegisterAsync(_port, first.Endpoint, "app", "i1");
        await using var second = RawBackend.Start(c => c.SendAsync("second"));
        await RegisterAsync(_port, second.Endpoint, "app", "i2");
        await Router.Bus.PublishAsync(Subjects.RouterUnregister, Registration(_port, first.Endpoint, "app", "i1"));
        await TestRouter.UntilAsync(() => Members(_port).Count == 1);
        using var client = await ConnectAsync(_port);
        (await client.ReadToEndAsync()).ShouldBe("second");
    }

    [Fact]
    public async Task Register_PortTakenByAnotherProgram_ServesItOnceItIsFree()
    {
        await using var app = RawBackend.Start(c => c.SendAsync("app"));
        var squatter = new TcpListener(IPAddress.Loopback, _port);
        squatter.Start();
        await RegisterAsync(_port, app.Endpoint, waits: false);
        squatter.Stop();
        await TestRouter.UntilAsync(() => !IsRefused(_port));
        using var client = await ConnectAsync(_port);
        (await client.ReadToEndAsync()).ShouldBe("app");
    }

    [Fact]
    public async Task Relay_ClientDoesNotRead_InstanceHasToWait()
    {
        const int Enough = 64 * 1024 * 1024;
        long sent = 0;
        await using var app = RawBackend.Start(async connection =>
        {
            var block = new string('y', 64 * 1024);
            while (Interlocked.Add(ref sent, block.Length) < Enough) await connection.SendAsync(block);
        });
        await RegisterAsync(_port, app.Endpoint);
        using var client = await ConnectAsync(_port);
        long before;
        do
        {
            before = Interlocked.Read(ref sent);
            await Task.Delay(300);
        }
        while (Interlocked.Read(ref sent) != before || before == 0);
        before.ShouldBeLessThan(Enough);
        long read = 0;
        var buffer = new byte[64 * 1024];
        while (await client.Socket.ReceiveAsync(buffer) is > 0 and var count) read += count;
        read.ShouldBe(Enough - 64 * 1024);
    }

    [Fact]
    public async Task Relay_InstanceResets_ClientSeesNoOrderlyEnd()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadTextAsync(1);
            connection.Socket.Close(0);
        });
        await RegisterAsync(_port, app.Endpoint);
        using var client = await ConnectAsync(_port);
        await client.SendAsync("x");
        await Should.ThrowAsync<SocketException>(async () => await client.Socket.ReceiveAsync(new byte[1]));
    }

    [Fact]
    public async Task Connect_TooMany_TheNextIsCutAndAnotherMayFollowLater()
    {
        await using var app = RawBackend.Start(EchoAsync);
        await RegisterAsync(_port, app.Endpoint);
        var first = await ConnectAsync(_port);
        (await EchoAsync(first, "1")).ShouldBe("1");
        using var second = await ConnectAsync(_port);
        (await EchoAsync(second, "2")).ShouldBe("2");
        (await TryReadAsync(_port)).ShouldBe("");
        first.Dispose();
        await TestRouter.UntilAsync(() => Router.TcpCounters.Open == 1);
        using var fourth = await ConnectAsync(_port);
        (await EchoAsync(fourth, "4")).ShouldBe("4");
    }

    [Fact]
    public async Task Stop_OpenConnection_MayFinishAndNewOnesAreRefused()
    {
        await using var app = RawBackend.Start(EchoAsync);
        await RegisterAsync(_port, app.Endpoint);
        using var client = await ConnectAsync(_port);
        (await EchoAsync(client, "before")).ShouldBe("before");

        var stopping = Router.DisposeAsync().AsTask();
        await TestRouter.UntilAsync(() => IsRefused(_port));
        (await EchoAsync(client, "during")).ShouldBe("during");
        client.Socket.Shutdown(SocketShutdown.Send);

        (await client.ReadToEndAsync()).ShouldBe("");
        await stopping.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Http_HostThatLooksLikeAPort_IsNoRoute()
    {
        await using var app = RawBackend.Saying("tcp only");
        await RegisterAsync(_port, app.Endpoint);
        foreach (var host in new[] { $":{_port}", $"x:{_port}" }) (await Router.GetAsync(host)).Status.ShouldBeOneOf(400, 404);
    }

    [Fact]
    public void Validate_OwnPortInThePool_Refused()
    {
        PortRanges.TryParse("8000-9000", out var pool).ShouldBeTrue();
        var options = new RouterOptions { Bus = new() { Servers = ["127.0.0.1:1"] }, HttpPort = 8080, HttpsPort = null, Tcp = new TcpRouting(Group, pool) };
        Should.Throw<ArgumentException>(options.Validate).Message.ShouldContain("8080");
    }

    protected override RouterOptions Configure(RouterOptions options)
    {
        PortRanges.TryParse($"{_port},{_other}", out var pool).ShouldBeTrue();
        return options with { HttpsPort = null, Certificates = [], Tcp = new TcpRouting(Group, pool) { MaxConnectionsPerRoute = 2 } };
    }

    private static async Task EchoAsync(RawClient connection)
    {
        var buffer = new byte[1024];
        while (await connection.Socket.ReceiveAsync(buffer) is > 0 and var count) await connection.SendAsync(buffer.AsMemory(0, count));
    }

    private static async Task<string> EchoAsync(RawClient client, string text)
    {
        await client.SendAsync(text);
        return await client.ReadTextAsync(text.Length);
    }

    private static RouterRegistration Registration(int port, IPEndPoint endpoint, string app, string id) =>
        new([], endpoint.Address.ToString(), endpoint.Port, "dea", app, id, "0", TcpRoutes: [new TcpRoute(Group, port)]);

    private async Task RegisterAsync(int port, IPEndPoint endpoint, string app = "app", string id = "i", bool waits = true)
    {
        await Router.Bus.PublishAsync(Subjects.RouterRegister, Registration(port, endpoint, app, id));
        await TestRouter.UntilAsync(() => Members(port).Any(e => e.Address.Port == endpoint.Port && e.Owner.PrivateInstanceId == id));
        if (waits) await TestRouter.UntilAsync(() => !IsRefused(port));
    }

    private List<Endpoint> Members(int port) => [.. Router.Registry.Table.Find(RouteKey.OfPort(port))?.Members.Select(m => m.Endpoint) ?? []];

    private static Task<RawClient> ConnectAsync(int port) => RawClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));

    /// <summary>A reset may come before connect has returned.</summary>
    private static async Task<string> TryReadAsync(int port)
    {
        try
        {
            using var client = await ConnectAsync(port);
            return await client.ReadUntilGoneAsync();
        }
        catch (SocketException)
        {
            return "";
        }
    }

    /// <summary>Looks at the kernel's table: a connection would count.</summary>
    private static bool IsRefused(int port) =>
        System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().All(l => l.Port != port);

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
