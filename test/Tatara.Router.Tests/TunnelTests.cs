using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

public sealed class TunnelTests : RouterTestBase
{
    private const string Upgrade = $"GET /ws HTTP/1.1\r\nHost: {Host}\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n";
    private const string Switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

    protected override RouterOptions Configure(RouterOptions options) => options with
    {
        EndpointTimeout = TimeSpan.FromSeconds(0.5),
        Limits = options.Limits with { SweepInterval = TimeSpan.FromSeconds(0.05), HalfClosedTimeout = TimeSpan.FromSeconds(1) },
    };

    [Fact]
    public async Task Upgrade_BytesOfAnyKind_FlowBothWaysAndSilenceIsAllowed()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            var head = new RawResponse((await connection.ReadHeadAsync())!);
            (head["Connection"], head["Upgrade"], head["Sec-WebSocket-Key"]).ShouldBe(("Upgrade", "websocket", "k"));
            await connection.SendAsync(Switching + "\0first\r\n\r\n");
            while (true) await connection.SendAsync("<" + await connection.ReadTextAsync(5) + ">");
        });
        await Router.RegisterAsync(Host, app.Endpoint, "app-1");
        using var client = await Router.ConnectAsync();

        await client.SendAsync(Upgrade + "early");
        var response = new RawResponse((await client.ReadHeadAsync())!);
        (response.Status, response["Connection"], response["Upgrade"]).ShouldBe((101, "Upgrade", "websocket"));
        (await client.ReadTextAsync(10)).ShouldBe("\0first\r\n\r\n");
        (await client.ReadTextAsync(7)).ShouldBe("<early>");
        await Task.Delay(1500);
        await client.SendAsync("later");
        (await client.ReadTextAsync(7)).ShouldBe("<later>");
    }

    [Fact]
    public async Task Upgrade_EndpointCloses_ClosesTheClientAfterTheLastBytes()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(Switching + new string('x', 500_000));
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        await client.SendAsync(Upgrade);

        await client.ReadHeadAsync();
        (await client.ReadToEndAsync()).Length.ShouldBe(500_000);
    }

    [Fact]
    public async Task Upgrade_ClientHalfCloses_StillGetsWhatTheEndpointHasToSay()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(Switching);
            var all = await connection.ReadToEndAsync();
            await connection.SendAsync($"got {all}");
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        await client.SendAsync(Upgrade + "all");
        await client.ReadHeadAsync();
        client.Socket.Shutdown(SocketShutdown.Send);

        (await client.ReadToEndAsync()).ShouldBe("got all");
    }

    [Fact]
    public async Task Upgrade_ClientVanishes_ClosesTheEndpoint()
    {
        var closed = new TaskCompletionSource();
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(Switching);
            await connection.IsClosedAsync();
            closed.SetResult();
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();
        await client.SendAsync(Upgrade);
        await client.ReadHeadAsync();

        client.Socket.Close(0);

        await closed.Task.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Upgrade_Refused_IsAnOrdinaryAnswer()
    {
        await using var app = RawBackend.Answering(_ => "HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno");
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();

        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync(Upgrade);
            var response = await client.ReadResponseAsync();
            (response.Status, response.Body).ShouldBe((426, "no"));
        }
    }

    [Fact]
    public async Task WebSocket_RealClientOverTls_Echoes()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            var key = new RawResponse((await connection.ReadHeadAsync())!)["Sec-WebSocket-Key"];
#pragma warning disable CA5350 // RFC 6455 says SHA-1.
            var accept = Convert.ToBase64String(System.Security.Cryptography.SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
            await connection.SendAsync($"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n");
            using var socket = WebSocket.CreateFromStream(new NetworkStream(connection.Socket), isServer: true, null, TimeSpan.Zero);
            var buffer = new byte[200_000];
            while (true)
            {
                var message = await socket.ReceiveAsync(buffer, default);
                if (message.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", default);
                    return;
                }
                await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, default);
            }
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = new ClientWebSocket();
        using var invoker = new HttpMessageInvoker(TestClients.Handler(Router.Ports.Https!));

        await client.ConnectAsync(new Uri($"wss://{Host}/ws"), invoker, default);
        await client.SendAsync(Encoding.ASCII.GetBytes(new string('m', 100_000)), WebSocketMessageType.Text, true, default);
        var (received, answer) = (0, new byte[200_000]);
        while (received < 100_000) received += (await client.ReceiveAsync(answer, default)).Count;
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", default);

        received.ShouldBe(100_000);
        client.CloseStatusDescription.ShouldBe("bye");
    }
}
