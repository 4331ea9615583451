using System.Net.Security;
using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

public sealed class RoutingTests : IAsyncLifetime
{
    private TestRouter _router = null!;

    public async Task InitializeAsync() => _router = await TestRouter.StartAsync();

    public async Task DisposeAsync() => await _router.DisposeAsync();

    [Fact]
    public async Task Get_RegisteredHost_IsAnsweredByItsEndpoint()
    {
        await using var app = RawBackend.Saying("hi");
        await _router.RegisterAsync("dora.tatara.test", app.Endpoint, "app-1", "instance-1", "0");

        var response = await _router.GetAsync("Dora.Tatara.Test:8080", "/some/path?q=1");

        response.Status.ShouldBe(200);
        response.Body.ShouldBe("hi");
        app.Requests.ShouldHaveSingleItem().ShouldStartWith("GET /some/path?q=1 HTTP/1.1\r\nHost: Dora.Tatara.Test:8080\r\n");
    }

    [Fact]
    public async Task Get_OverHttps_IsAnsweredAndSaysSo()
    {
        await using var app = RawBackend.Saying("hi");
        await _router.RegisterAsync("dora.tatara.test", app.Endpoint);
        using var client = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.Subject == "CN=*.tatara.test" },
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                await socket.ConnectAsync(_router.Ports.Https!, cancellation);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        });

        for (var i = 0; i < 3; i++) (await client.GetStringAsync("https://dora.tatara.test/")).ShouldBe("hi");

        app.Requests.First().ShouldContain("X-Forwarded-Proto: https\r\n");
        app.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task Get_UnknownHost_Is404InGoroutersWords()
    {
        var response = await _router.GetAsync("nobody.tatara.test");

        response.Status.ShouldBe(404);
        response["X-Cf-RouterError"].ShouldBe("unknown_route");
        response.Body.ShouldBe("404 Not Found: Requested route ('nobody.tatara.test') does not exist.\n");
    }
}
