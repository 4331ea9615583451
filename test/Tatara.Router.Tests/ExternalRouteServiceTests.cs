using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Tatara.Protocol;
using Tatara.Router.RouteServices;
using Tatara.Router.Tests.Support;
using Tatara.Router.Tests.Tls;

namespace Tatara.Router.Tests;

/// <summary>Route services that no router serves: asked over HTTPS, and they call back.</summary>
public sealed class ExternalRouteServiceTests : RouterTestBase, IDisposable
{
    private const string App = "shop.tatara.test";

    private readonly TestAuthority _authority = new();
    private readonly string _file = Path.GetTempFileName();

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http1AndHttp2)]
    public async Task Request_GoesToTheServiceAndByItToTheApp(HttpProtocols protocols)
    {
        await using var app = RawBackend.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                var body = head.Contains("chunked", StringComparison.Ordinal) ? (await connection.ReadChunksAsync()).Body : "";
                var signed = head.Contains("X-CF-Proxy-Signature", StringComparison.OrdinalIgnoreCase);
                await connection.SendAsync(RawBackend.Ok($"app: {head.Split("\r\n")[0]}, {body.Length} bytes, signature {signed}", "X-App: yes\r\n"));
            }
        });
        using var certificate = _authority.ForServer("localhost");
        await using var service = await HttpsService.StartAsync(certificate, protocols, CallBackAsync);
        await RegisterAsync(app, new Uri(service.Url, "/check").ToString());

        for (var i = 0; i < 3; i++)
        {
            var response = await SendAsync("GET /cart?id=1", "");
            response.Body.ShouldBe("app: GET /cart?id=1 HTTP/1.1, 0 bytes, signature False (checked at /check)");
            (response.Status, response["X-App"], response["X-Service"]).ShouldBe((200, "yes", protocols == HttpProtocols.Http1 ? "HTTP/1.1" : "HTTP/2"));
        }
        var text = new string('x', 100_000);
        (await SendAsync("PUT /big", "Transfer-Encoding: chunked\r\n", $"{text.Length:x}\r\n{text}\r\n0\r\n\r\n")).Body
            .ShouldBe($"app: PUT /big HTTP/1.1, {text.Length} bytes, signature False (checked at /check)");
    }

    [Fact]
    public async Task Request_ServiceRefusesIt_AppIsNotReached()
    {
        await using var app = RawBackend.Saying("app");
        using var certificate = _authority.ForServer("localhost");
        await using var service = await HttpsService.StartAsync(certificate, HttpProtocols.Http1, context =>
        {
            context.Response.StatusCode = 403;
            return context.Response.WriteAsync("no");
        });
        await RegisterAsync(app, service.Url.ToString());
        var response = await SendAsync("GET /", "");
        (response.Status, response.Body).ShouldBe((403, "no"));
        app.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("a stranger's")]
    [InlineData("another name's")]
    [InlineData("a client's")]
    public async Task Request_ServiceShowsAFalseCertificate_GetsNothingAndTheLogSaysWhy(string shown)
    {
        await using var app = RawBackend.Saying("app");
        using var stranger = new TestAuthority();
        using var certificate = shown switch
        {
            "a stranger's" => stranger.ForServer("localhost"),
            "another name's" => _authority.ForServer("other.test"),
            _ => _authority.Sign("CN=localhost", "1.3.6.1.5.5.7.3.2", null, "localhost"),
        };
        var asked = 0;
        await using var service = await StartAnywayAsync(certificate, () => asked++);
        if (service is null) return; // No server will serve with it either.
        await RegisterAsync(app, service.Url.ToString());

        var response = await SendAsync("GET /", "");

        (response.Status, response["X-Cf-RouterError"]).ShouldBe((502, "endpoint_failure"));
        (asked, app.Requests.Count).ShouldBe((0, 0));
        Router.Log.All.ShouldContain(line => line.Contains("certificate", StringComparison.OrdinalIgnoreCase) && line.Contains("localhost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Request_ServiceElsewhereWithoutTls_GetsNothing()
    {
        await using var app = RawBackend.Saying("app");
        await using var service = RawBackend.Saying("service");
        await RegisterAsync(app, $"http://localhost:{service.Endpoint.Port}/");
        var response = await SendAsync("GET /", "");
        (response.Status, response["X-Cf-RouterError"]).ShouldBe((502, "route_service_unsupported"));
        service.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Build_AuthoritiesAreNone_SaysSo()
    {
        var empty = Path.GetTempFileName();
        try
        {
            var failure = await Should.ThrowAsync<ArgumentException>(() => TestRouter.StartAsync(o => o with { RouteServices = new RouteServiceOptions("a secret of the routers") { AuthoritiesFile = empty } }));
            failure.Message.ShouldContain(empty);
        }
        finally
        {
            File.Delete(empty);
        }
    }

    protected override RouterOptions Configure(RouterOptions options)
    {
        File.WriteAllText(_file, _authority.Pem);
        return options with
        {
            HttpsPort = null, Certificates = [], RouteServices = new RouteServiceOptions("a secret of the routers") { RecommendHttps = false, AuthoritiesFile = _file },
        };
    }

    public void Dispose()
    {
        _authority.Dispose();
        File.Delete(_file);
    }

    /// <summary>What a route service does: looks at the request, sends it on to where it was for, and its answer back.</summary>
    private async Task CallBackAsync(HttpContext context)
    {
        var url = new Uri(context.Request.Headers["X-CF-Forwarded-Url"]!);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri($"http://{Router.Ports.Http}{url.PathAndQuery}"));
        request.Headers.Host = url.Authority;
        foreach (var name in (string[])["X-CF-Proxy-Signature", "X-CF-Proxy-Metadata"]) request.Headers.Add(name, (string?)context.Request.Headers[name]);
        if (context.Request.Method == "PUT") request.Content = new StreamContent(context.Request.Body);
        using var answer = await http.SendAsync(request);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.Headers["X-App"] = answer.Headers.GetValues("X-App").Single();
        context.Response.Headers["X-Service"] = context.Request.Protocol;
        await context.Response.WriteAsync($"{await answer.Content.ReadAsStringAsync()} (checked at {context.Request.Path})");
    }

    private static async Task<HttpsService?> StartAnywayAsync(X509Certificate2 certificate, Action asked)
    {
        try
        {
            return await HttpsService.StartAsync(certificate, HttpProtocols.Http1, context =>
            {
                asked();
                return context.Response.WriteAsync(Encoding.ASCII.GetString("stolen"u8));
            });
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private async Task RegisterAsync(RawBackend app, string service)
    {
        await Router.RegisterAsync(App, new RouterRegistration([App], "127.0.0.1", app.Endpoint.Port, "dea", "app", "i1", "0", RouteServiceUrl: service));
        await TestRouter.UntilAsync(() => Router.Registry.Table.Routes.Any(r => r.Service is not null));
    }

    private Task<RawResponse> SendAsync(string line, string fields, string body = "") =>
        Router.SendAsync($"{line} HTTP/1.1\r\nHost: {App}\r\nConnection: close\r\n{fields}\r\n{body}");
}
