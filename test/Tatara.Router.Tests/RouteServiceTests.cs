using System.Text;
using System.Text.RegularExpressions;
using Tatara.Protocol;
using Tatara.Router.RouteServices;
using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

/// <summary>Apps behind a route service: reached with a signature, and by no other way.</summary>
public sealed class RouteServiceTests : RouterTestBase
{
    private const string Secret = "a secret of the routers";
    private const string App = "shop.tatara.test";
    private const string Service = "guard.tatara.test";

    [Fact]
    public async Task Request_ForABoundRoute_GoesToTheServiceAndWithItsSignatureToTheApp()
    {
        await using var app = RawBackend.Saying("app");
        await using var service = RawBackend.Saying("service");
        await BindAsync(app, service);

        (await SendAsync("GET /cart?id=1", App, "X-CF-App-Instance: 11111111-1111-4111-8111-111111111111:0\r\n")).Body.ShouldBe("service");

        var seen = service.Requests.ShouldHaveSingleItem();
        seen.ShouldStartWith($"GET /check HTTP/1.1\r\nHost: {Service}\r\n");
        Field(seen, "X-CF-Forwarded-Url").ShouldBe($"https://{App}:8443/cart?id=1");
        app.Requests.ShouldBeEmpty();

        (await SendAsync("GET /cart?id=1", App, Signed(seen) + "X-CF-Forwarded-Url: anything\r\nx_cf_proxy_metadata: x\r\n")).Body.ShouldBe("app");

        var passed = app.Requests.ShouldHaveSingleItem();
        passed.ShouldStartWith($"GET /cart?id=1 HTTP/1.1\r\nHost: {App}\r\n");
        passed.ShouldNotContain("X-CF-Proxy", Case.Insensitive);
        passed.ShouldNotContain("Forwarded-Url", Case.Insensitive);
        passed.ShouldNotContain("proxy_metadata");
    }

    [Fact]
    public async Task Request_WithABody_ReachesTheServiceWhole()
    {
        await using var app = RawBackend.Saying("app");
        await using var service = RawBackend.Start(async connection =>
        {
            var head = await connection.ReadHeadAsync();
            var body = await connection.ReadTextAsync(int.Parse(Field(head!, "Content-Length")));
            await connection.SendAsync(RawBackend.Ok($"{head!.Split(' ')[0]} {body}"));
        });
        await BindAsync(app, service);
        (await SendAsync("PUT /x", App, "Content-Length: 5\r\n", "hello")).Body.ShouldBe("PUT hello");
    }

    [Fact]
    public async Task Signature_ForgedOldOrOfAnotherRoute_IsRefused()
    {
        await using var app = RawBackend.Saying("app");
        await using var service = RawBackend.Saying("service");
        await BindAsync(app, service);
        var signer = new RouteServiceSigner(new RouteServiceOptions(Secret), TimeProvider.System);
        var old = new RouteServiceSigner(new RouteServiceOptions(Secret), new ShiftedTime(TimeSpan.FromSeconds(-61)));
        var stranger = new RouteServiceSigner(new RouteServiceOptions("another secret altogether"), TimeProvider.System);
        var good = signer.Sign($"https://{App}/");

        (await SendAsync("GET /", App, Fields(stranger.Sign($"https://{App}/")))).Status.ShouldBe(502);
        (await SendAsync("GET /", App, Fields((good.Signature, "x")))).Status.ShouldBe(502);
        (await SendAsync("GET /", App, $"X-CF-Proxy-Signature: {good.Signature}\r\n")).Status.ShouldBe(502);
        (await SendAsync("GET /", App, Fields((good.Signature[..^4] + "AAA=", good.Metadata)))).Status.ShouldBe(502);
        (await SendAsync("GET /", App, Fields(signer.Sign($"https://{Service}/")))).Status.ShouldBe(502);
        (await SendAsync("GET /", App, Fields(signer.Sign("https://unknown.test/")))).Status.ShouldBe(502);
        var expired = await SendAsync("GET /", App, Fields(old.Sign($"https://{App}/")));
        (expired.Status, expired["X-Cf-RouterError"]).ShouldBe((504, "expired_route_service_signature"));
        app.Requests.ShouldBeEmpty();
        service.Requests.ShouldBeEmpty();
        (await SendAsync("GET /", App, Fields(good))).Body.ShouldBe("app");
    }

    [Fact]
    public async Task Signature_OfThePreviousSecret_StillHolds()
    {
        await using var app = RawBackend.Saying("app");
        await using var service = RawBackend.Saying("service");
        await BindAsync(app, service);
        var before = new RouteServiceSigner(new RouteServiceOptions("the secret before this one"), TimeProvider.System);
        (await SendAsync("GET /", App, Fields(before.Sign($"https://{App}/")))).Body.ShouldBe("app");
    }

    [Fact]
    public async Task Upgrade_OnABoundRoute_IsRefused()
    {
        await using var app = RawBackend.Saying("app");
        await using var service = RawBackend.Saying("service");
        await BindAsync(app, service);
        var refused = await SendAsync("GET /", App, "Connection: Upgrade\r\nUpgrade: websocket\r\n");
        (refused.Status, refused["X-Cf-RouterError"]).ShouldBe((503, "route_service_unsupported"));
    }

    [Fact]
    public async Task Service_CannotBeReached_AppIsNotEither()
    {
        await using var app = RawBackend.Saying("app");
        await RegisterAsync(App, app, "i1", "https://127.0.0.1:9/");
        (await SendAsync("GET /", App)).Status.ShouldBe(502);
        app.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Unbound_RegisteredWithoutTheService_IsReachedDirectly()
    {
        await using var app = RawBackend.Saying("app");
        await using var service = RawBackend.Saying("service");
        await BindAsync(app, service);
        await RegisterAsync(App, app, "i1", null);
        await TestRouter.UntilAsync(() => Router.Registry.Table.Routes.All(r => r.Service is null));
        (await SendAsync("GET /", App)).Body.ShouldBe("app");
    }

    [Fact]
    public async Task Register_UnusableServiceUrl_LeavesTheRouteUnknown()
    {
        await using var app = RawBackend.Saying("app");
        foreach (var url in new[] { "ftp://x/", "not a url", "https://user:password@x/" })
            await Router.Bus.PublishAsync(Subjects.RouterRegister, Registration(App, app, "i1", url));
        await Router.RegisterAsync("later.test", app.Endpoint);
        (await SendAsync("GET /", App)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task OneOfTwoInstancesSaysSo_AllRequestsGoToTheService()
    {
        await using var app = RawBackend.Saying("app");
        await using var second = RawBackend.Saying("app");
        await using var service = RawBackend.Saying("service");
        await BindAsync(app, service);
        await RegisterAsync(App, second, "i2", null);
        await TestRouter.UntilAsync(() => Router.Members(App).Count() == 2);
        for (var i = 0; i < 4; i++) (await SendAsync("GET /", App)).Body.ShouldBe("service");
    }

    [Fact]
    public void Verify_AnyGarbage_IsInvalidAndNothingWorse()
    {
        var signer = new RouteServiceSigner(new RouteServiceOptions(Secret), TimeProvider.System);
        var (signature, metadata) = signer.Sign("https://a.test/");
        var random = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            var (one, two) = (Encoding.ASCII.GetBytes(signature), Encoding.ASCII.GetBytes(metadata));
            var target = random.Next(2) == 0 ? one : two;
            var at = random.Next(target.Length);
            var was = target[at];
            target[at] = (byte)random.Next(256);
            if (target[at] == was) continue;
            var state = signer.Verify(one.AsSpan(0, random.Next(4) == 0 ? random.Next(one.Length) : one.Length), two, out var url);
            if (state == SignatureState.Valid) url.ShouldBe("https://a.test/"); // White space in base64, or a bit that base64 does not use.
        }
    }

    protected override RouterOptions Configure(RouterOptions options) => options with
    {
        HttpsPort = null, Certificates = [], ExternalHttpsPort = 8443, RouteServices = new RouteServiceOptions(Secret) { PreviousSecret = "the secret before this one" },
    };

    private static string Field(string head, string name) => Regex.Match(head, $"^{name}: (.*)\r$", RegexOptions.Multiline).Groups[1].Value;

    private static string Signed(string head) => Fields((Field(head, "X-CF-Proxy-Signature"), Field(head, "X-CF-Proxy-Metadata")));

    private static string Fields((string Signature, string Metadata) signed) => $"X-CF-Proxy-Signature: {signed.Signature}\r\nX-CF-Proxy-Metadata: {signed.Metadata}\r\n";

    private static RouterRegistration Registration(string uri, RawBackend backend, string id, string? service) =>
        new([uri], backend.Endpoint.Address.ToString(), backend.Endpoint.Port, "dea", "app", id, "0", RouteServiceUrl: service);

    private async Task BindAsync(RawBackend app, RawBackend service)
    {
        await Router.RegisterAsync(Service, service.Endpoint, "guard", "g1");
        await RegisterAsync(App, app, "i1", $"https://{Service}/check");
        await TestRouter.UntilAsync(() => Router.Registry.Table.Routes.Any(r => r.Service is not null));
    }

    private async Task RegisterAsync(string uri, RawBackend backend, string id, string? service)
    {
        await Router.Bus.PublishAsync(Subjects.RouterRegister, Registration(uri, backend, id, service));
        await TestRouter.UntilAsync(() => Router.Members(uri).Any(m => m.Address.Port == backend.Endpoint.Port));
    }

    private Task<RawResponse> SendAsync(string line, string host, string fields = "", string body = "") =>
        Router.SendAsync($"{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{fields}\r\n{body}".Replace("Connection: close\r\nConnection: Upgrade", "Connection: Upgrade"));

    private sealed class ShiftedTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
