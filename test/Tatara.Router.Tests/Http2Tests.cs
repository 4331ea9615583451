using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

/// <summary>HTTP/2 with clients, with endpoints, and with both.</summary>
public sealed class Http2Tests : RouterTestBase
{
    [Fact]
    public async Task Get_OverTls_IsServedByAnHttp11Endpoint()
    {
        await using var app = RawBackend.Answering(_ => RawBackend.Ok("hi", "X-Own: 1\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\n"));
        await Router.RegisterAsync(Host, app.Endpoint, "app-1", "i-1", "0");
        using var client = Client(Router.Ports.Https!);

        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{Host}/a?b={i}");
            request.Headers.Add("Cookie", "x=1; y=2");
            using var response = await client.SendAsync(request, default);
            (response.StatusCode, response.Version).ShouldBe((HttpStatusCode.OK, HttpVersion.Version20));
            (await response.Content.ReadAsStringAsync()).ShouldBe("hi");
            response.Headers.GetValues("Set-Cookie").ShouldBe(["a=b", "c=d"]);
            response.Headers.Contains("X-Vcap-Request-Id").ShouldBeTrue();
        }

        var seen = new RawResponse(app.Requests.First());
        app.Requests.First().ShouldStartWith("GET /a?b=0 HTTP/1.1\r\n");
        (seen["Host"], seen["X-Forwarded-Proto"], seen["X-Forwarded-For"], seen["Cookie"]).ShouldBe((Host, "https", "127.0.0.1", "x=1; y=2"));
    }

    [Fact]
    public async Task Get_UnknownHost_GetsTheRoutersOwnAnswer()
    {
        using var client = Client(Router.Ports.Https!);
        using var response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"https://nobody.tatara.test/"), default);
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        response.Headers.GetValues("X-Cf-RouterError").ShouldBe(["unknown_route"]);
    }

    [Fact]
    public async Task Get_EndpointSendsEarlyHints_ClientGetsThemBeforeTheAnswer()
    {
        var link = $"</{new string('s', 300)}.css>; rel=preload; as=style";
        await using var app = RawBackend.Answering(_ =>
            $"HTTP/1.1 103 Early Hints\r\nLink: {link}\r\nConnection: x-own\r\nX-Own: 1\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + RawBackend.Ok("done", "X-Final: 1\r\n"));
        await Router.RegisterAsync(Host, app.Endpoint);
        var start = new System.Diagnostics.ProcessStartInfo("curl", ["-sS", "-k", "--http2", "-D", "-", "--resolve", $"{Host}:{Router.Ports.Https!.Port}:127.0.0.1",
            $"https://{Host}:{Router.Ports.Https.Port}/one", $"https://{Host}:{Router.Ports.Https.Port}/two"]) { RedirectStandardOutput = true };
        using var curl = System.Diagnostics.Process.Start(start)!;

        var said = (await curl.StandardOutput.ReadToEndAsync()).Split("done");

        foreach (var answer in said[..2])
        {
            var hints = answer.IndexOf($"HTTP/2 103 \r\nlink: {link}\r\n\r\n", StringComparison.Ordinal);
            var processing = answer.IndexOf("HTTP/2 102 \r\n", StringComparison.Ordinal);
            var final = answer.IndexOf("HTTP/2 200 \r\n", StringComparison.Ordinal);
            (hints >= 0 && processing > hints && final > processing).ShouldBeTrue(answer);
            answer.ShouldNotContain("x-own");
        }
    }

    [Fact]
    public async Task Get_ManyAtOnceWithHintsAmongTheirBodies_AllArriveUnharmed()
    {
        const int clients = 40, requests = 5;
        var body = string.Concat(Enumerable.Range(0, 40_000).Select(i => i.ToString("x5", System.Globalization.CultureInfo.InvariantCulture)));
        await using var app = RawBackend.Answering(_ => "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" + RawBackend.Ok(body));
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = Client(Router.Ports.Https!);

        await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            for (var i = 0; i < requests; i++)
            {
                using var response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"https://{Host}/"), default);
                (await response.Content.ReadAsStringAsync() == body).ShouldBeTrue();
            }
        }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(1000)]
    public void FrameBoundaries_BytesInPiecesOfAnySize_AreFoundBetweenFramesButNotWithinHeaders(int piece)
    {
        byte[] stream =
        [
            0, 0, 2, 4, 0, 0, 0, 0, 0, 9, 9, // SETTINGS
            0, 0, 3, 1, 0, 0, 0, 0, 1, 9, 9, 9, // HEADERS without its end
            0, 0, 0, 9, 0, 0, 0, 0, 1, // an empty CONTINUATION
            0, 0, 1, 9, 4, 0, 0, 0, 1, 9, // the last CONTINUATION
            0, 0, 0, 0, 1, 0, 0, 0, 1, // an empty DATA
        ];
        var (frames, places) = (new Tatara.Router.Http2.FrameBoundaries(), new List<int>());
        frames.IsAtBoundary.ShouldBeTrue();
        for (var at = 0; at < stream.Length; at += piece)
        {
            var count = Math.Min(piece, stream.Length - at);
            if (frames.Advance(stream.AsSpan(at, count)) is > 0 and var place) places.Add(at + place);
            frames.IsAtBoundary.ShouldBe(places.Count > 0 ? places[^1] == at + count : false);
        }
        places.ShouldBeSubsetOf([11, 42, 51]);
        places[^1].ShouldBe(51);
        if (piece == 1) places.ShouldBe([11, 42, 51]);
    }

    [Fact]
    public async Task Get_TwoRoutesOfOneInstanceWithTwoProtocols_EachIsAskedInItsOwn()
    {
        await using var http1 = RawBackend.Saying("by HTTP/1.1");
        await using var http2 = await Http2Backend.StartAsync(context => context.Response.WriteAsync("by HTTP/2"));
        await using var app = RawBackend.Start(connection => BothAsync(connection, http1.Endpoint, http2.Endpoint));
        var registration = new Tatara.Protocol.RouterRegistration([Host], "127.0.0.1", app.Endpoint.Port, "dea", "app-1", "i-1", "0");
        const string other = "grpc.tatara.test";
        await Router.RegisterAsync(Host, registration);
        await Router.RegisterAsync(other, registration with { Uris = [other], Protocol = "http2" });

        for (var i = 0; i < 3; i++)
        {
            (await Router.GetAsync(Host)).Body.ShouldBe("by HTTP/1.1");
            (await Router.GetAsync(other)).Body.ShouldBe("by HTTP/2");
        }

        // A destination changes its protocol: the route has one member as before, and that one speaks the new one.
        await Router.Bus.PublishAsync(Tatara.Protocol.Subjects.RouterRegister, registration with { Protocol = "http2" });
        await TestRouter.UntilAsync(() => Router.Members(Host).Single().SpeaksHttp2);
        (await Router.GetAsync(Host)).Body.ShouldBe("by HTTP/2");

        // Who unregisters need not know what was spoken.
        await Router.Bus.PublishAsync(Tatara.Protocol.Subjects.RouterUnregister, registration with { Uris = [Host, other] });
        await TestRouter.UntilAsync(() => !Router.Members(Host).Any() && !Router.Members(other).Any());
    }

    [Fact]
    public async Task Register_AddressOfTwoProtocolsNowBelongsToAnotherApp_BothAreGone()
    {
        await using var app = RawBackend.Saying("new");
        var registration = new Tatara.Protocol.RouterRegistration([Host], "127.0.0.1", app.Endpoint.Port, "dea", "app-1", "i-1", "0");
        await Router.RegisterAsync(Host, registration);
        await Router.RegisterAsync("grpc.tatara.test", registration with { Uris = ["grpc.tatara.test"], Protocol = "http2" });
        await Router.RegisterAsync("new.tatara.test", registration with { Uris = ["new.tatara.test"], App = "app-2", PrivateInstanceId = "i-2" });
        Router.Members(Host).ShouldBeEmpty();
        Router.Members("grpc.tatara.test").ShouldBeEmpty();
        (await Router.GetAsync("new.tatara.test")).Body.ShouldBe("new");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_AnyFraming_ArrivesWhole(bool hasLength)
    {
        await using var app = RawBackend.Start(async connection =>
        {
            var head = new RawResponse((await connection.ReadHeadAsync())!);
            var body = head["Content-Length"] is { } length ? await connection.ReadTextAsync(int.Parse(length)) : (await connection.ReadChunksAsync()).Body;
            await connection.SendAsync($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\n");
            await connection.ReadToEndAsync();
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = Client(Router.Ports.Https!);
        var text = new string('x', 300_000);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://{Host}/") { Content = hasLength ? new StringContent(text) : new StreamContent(new Unseekable(text)) };

        using var response = await client.SendAsync(request, default);

        (await response.Content.ReadAsStringAsync()).ShouldBe(text);
    }

    [Fact]
    public async Task PlainPort_ClientThatKnows_SpeaksHttp2()
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = Client(Router.Ports.Http!);

        using var response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"http://{Host}/"), default);

        (response.Version, await response.Content.ReadAsStringAsync()).ShouldBe((HttpVersion.Version20, "hi"));
    }

    [Fact]
    public async Task Get_FromHttp11ToAnHttp2Endpoint_IsTranslated()
    {
        await using var app = await Http2Backend.StartAsync(context => context.Response.WriteAsync($"{context.Request.Protocol} {context.Request.Host} {context.Request.Headers["X-CF-InstanceID"]}"));
        await Router.RegisterAsync(Host, app.Registration(Host));

        for (var i = 0; i < 3; i++) (await Router.GetAsync(Host)).Body.ShouldBe($"HTTP/2 {Host} i-2");
    }

    [Fact]
    public async Task Stream_BetweenHttp2Peers_FlowsBothWaysAtOnceAndEndsWithTrailers()
    {
        await using var app = await Http2Backend.StartAsync(async context =>
        {
            context.Request.Headers.TE.ToString().ShouldBe("trailers");
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.FlushAsync();
            var buffer = new byte[100];
            while (await context.Request.Body.ReadAsync(buffer) is > 0 and var count)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, count));
                await context.Response.Body.FlushAsync();
            }
            context.Response.AppendTrailer("grpc-status", "0");
        });
        await Router.RegisterAsync(Host, app.Registration(Host));
        using var client = Client(Router.Ports.Https!);
        var messages = new LiveContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://{Host}/service/method") { Content = messages };
        request.Headers.TE.Add(new("trailers"));

        using var response = await client.SendAsync(request, default);
        var answers = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[100];
        for (var i = 0; i < 5; i++)
        {
            await messages.WriteAsync($"message {i}");
            var count = await answers.ReadAtLeastAsync(buffer, 9, throwOnEndOfStream: false);
            Encoding.ASCII.GetString(buffer, 0, count).ShouldBe($"message {i}");
        }
        messages.Complete();

        (await answers.ReadAsync(buffer)).ShouldBe(0);
        response.TrailingHeaders.GetValues("grpc-status").ShouldBe(["0"]);
    }

    [Fact]
    public async Task Endpoint_OfHttp2ThatIsGone_Is502()
    {
        var app = await Http2Backend.StartAsync(context => context.Response.WriteAsync("hi"));
        await Router.RegisterAsync(Host, app.Registration(Host));
        await app.DisposeAsync();

        (await Router.GetAsync(Host)).Status.ShouldBe(502);
    }

    [Fact]
    public async Task Post_OneOfTwoHttp2EndpointsRefusesConnections_GoesToTheOther()
    {
        await using var app = await Http2Backend.StartAsync(async context => await context.Response.WriteAsync(await new StreamReader(context.Request.Body).ReadToEndAsync()));
        using var refusing = new RefusingPort();
        await Router.RegisterAsync(Host, app.Registration(Host) with { Port = refusing.Endpoint.Port, PrivateInstanceId = "dead" });
        await Router.RegisterAsync(Host, app.Registration(Host));

        for (var i = 0; i < 10; i++)
            (await Router.SendAsync($"POST / HTTP/1.1\r\nHost: {Host}\r\nContent-Length: 2\r\n\r\nhi")).Body.ShouldBe("hi");
    }

    [Fact]
    public async Task WebSocket_OverHttp2_Echoes()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n");
            using var socket = WebSocket.CreateFromStream(new NetworkStream(connection.Socket), isServer: true, null, TimeSpan.Zero);
            var buffer = new byte[1000];
            while (await socket.ReceiveAsync(buffer, default) is { MessageType: not WebSocketMessageType.Close } message)
                await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, default);
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var invoker = new HttpMessageInvoker(TestClients.Handler(Router.Ports.Https!));

        await socket.ConnectAsync(new Uri($"wss://{Host}/ws"), invoker, default);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, default);
        var answer = new byte[100];
        var received = await socket.ReceiveAsync(answer, default);

        Encoding.ASCII.GetString(answer, 0, received.Count).ShouldBe("hello");
    }

    private static HttpMessageInvoker Client(IPEndPoint router) => new(new ExactVersion(TestClients.Handler(router)));

    private sealed class ExactVersion(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>A body of unknown length.</summary>
    /// <summary>An app server that tells HTTP/2 from HTTP/1.1 by the first bytes, as they may.</summary>
    private static async Task BothAsync(RawClient connection, IPEndPoint http1, IPEndPoint http2)
    {
        var first = await connection.ReadTextAsync(4);
        using var served = await RawClient.ConnectAsync(first == "PRI " ? http2 : http1);
        await served.SendAsync(first + connection.ReadBuffered());
        await Task.WhenAny(PumpAsync(connection.Socket, served.Socket), PumpAsync(served.Socket, connection.Socket));
    }

    private static async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReceiveAsync(buffer) is > 0 and var count) await to.SendAsync(buffer.AsMemory(0, count));
    }

    private sealed class Unseekable(string text) : MemoryStream(Encoding.ASCII.GetBytes(text))
    {
        public override bool CanSeek => false;
    }

    /// <summary>A body that the test writes while the answer is read.</summary>
    private sealed class LiveContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _stream = new();
        private readonly TaskCompletionSource _complete = new();

        public async Task WriteAsync(string text)
        {
            var stream = await _stream.Task;
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
            await stream.FlushAsync();
        }

        public void Complete() => _complete.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            _stream.SetResult(stream);
            await _complete.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
