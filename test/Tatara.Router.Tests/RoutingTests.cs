using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

public sealed class RoutingTests : RouterTestBase
{
    private const string AppGuid = "5cdc7595-2e9b-4f62-8d5a-a86b92f2df0e";

    protected override RouterOptions Configure(RouterOptions options) =>
        options with { Certificates = [TestCertificate.Wildcard, TestCertificate.Create("www.other.test")] };

    [Fact]
    public async Task Get_RegisteredHost_IsAnsweredByItsEndpoint()
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync(Host, app.Endpoint, "app-1", "instance-1", "0");

        var response = await Router.GetAsync("Dora.Tatara.Test:8080", "/some/path?q=1");

        (response.Status, response.Body).ShouldBe((200, "hi"));
        app.Requests.ShouldHaveSingleItem().ShouldStartWith("GET /some/path?q=1 HTTP/1.1\r\nHost: Dora.Tatara.Test:8080\r\n");
    }

    [Theory]
    [InlineData("dora.tatara.test", "CN=*.tatara.test")]
    [InlineData("www.other.test", "CN=www.other.test")]
    [InlineData("unknown.test", "CN=*.tatara.test")]
    public async Task Get_OverHttps_UsesTheNamesCertificateAndSaysSo(string name, string subject)
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync(name, app.Endpoint);
        var seen = "";
        using var client = new HttpClient(TestClients.Handler(Router.Ports.Https!, s => seen = s));

        for (var i = 0; i < 3; i++) (await client.GetStringAsync($"https://{name}/")).ShouldBe("hi");

        seen.ShouldBe(subject);
        app.Requests.First().ShouldContain("X-Forwarded-Proto: https\r\n");
        app.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task Get_OverHttps_CarriesLargeBodiesBothWays()
    {
        await using var app = RawBackend.Start(async connection =>
        {
            var length = int.Parse(new RawResponse((await connection.ReadHeadAsync())!)["Content-Length"]!);
            await connection.SendAsync(RawBackend.Ok(await connection.ReadTextAsync(length)));
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = new HttpClient(TestClients.Handler(Router.Ports.Https!));
        var body = string.Concat(Enumerable.Range(0, 200_000).Select(i => (char)('a' + i % 26)));

        using var response = await client.PostAsync($"https://{Host}/", new StringContent(body));

        (await response.Content.ReadAsStringAsync()).ShouldBe(body);
    }

    [Fact]
    public async Task Get_UnknownHost_Is404InGoroutersWords()
    {
        var response = await Router.GetAsync("nobody.tatara.test");

        response.Status.ShouldBe(404);
        response["X-Cf-RouterError"].ShouldBe("unknown_route");
        response.Body.ShouldBe("404 Not Found: Requested route ('nobody.tatara.test') does not exist.\n");
    }

    [Fact]
    public async Task Get_EmptyHost_Is400()
    {
        var response = await Router.GetAsync("");
        (response.Status, response["X-Cf-RouterError"]).ShouldBe((400, "empty_host"));
    }

    [Fact]
    public async Task Get_ContextPaths_GoToTheLongest()
    {
        await using var root = RawBackend.Saying("root");
        await using var shop = RawBackend.Saying("shop");
        await using var any = RawBackend.Saying("any");
        await Router.RegisterAsync(Host, root.Endpoint);
        await Router.RegisterAsync(Host + "/Shop", shop.Endpoint);
        await Router.RegisterAsync("*.tatara.test", any.Endpoint);

        (await Router.GetAsync(Host, "/")).Body.ShouldBe("root");
        (await Router.GetAsync(Host, "/shop?x")).Body.ShouldBe("shop");
        (await Router.GetAsync(Host, "/shop/cart")).Body.ShouldBe("shop");
        (await Router.GetAsync(Host, "/shopping")).Body.ShouldBe("root");
        (await Router.GetAsync("else.tatara.test", "/")).Body.ShouldBe("any");
    }

    [Fact]
    public async Task Get_ThreeInstances_AreSpreadEvenly()
    {
        await using var a = RawBackend.Saying("a");
        await using var b = RawBackend.Saying("b");
        await using var c = RawBackend.Saying("c");
        foreach (var (app, index) in new[] { (a, "0"), (b, "1"), (c, "2") }) await Router.RegisterAsync(Host, app.Endpoint, "app-1", "i" + index, index);

        for (var i = 0; i < 30; i++) (await Router.GetAsync(Host)).Status.ShouldBe(200);

        new[] { a, b, c }.ShouldAllBe(app => app.Requests.Count == 10);
    }

    [Fact]
    public async Task Get_AppInstanceField_GoesToThatInstanceOnly()
    {
        await using var first = RawBackend.Saying("first");
        await using var second = RawBackend.Saying("second");
        await Router.RegisterAsync(Host, first.Endpoint, AppGuid, "i0", "0");
        await Router.RegisterAsync(Host, second.Endpoint, AppGuid, "i1", "1");

        for (var i = 0; i < 4; i++) (await GetInstanceAsync($"{AppGuid}:1")).Body.ShouldBe("second");

        var missing = await GetInstanceAsync($"{AppGuid}:7");
        (missing.Status, missing["X-Cf-RouterError"]).ShouldBe((400, "unknown_route"));
        missing.Body.ShouldBe($"400 Bad Request: Requested instance ('7') with guid ('{AppGuid}') does not exist for route ('{Host}')\n");
        foreach (var bad in new[] { "x:0", AppGuid, AppGuid + ":", AppGuid + ":x", $"{AppGuid}:1:2" })
        {
            var response = await GetInstanceAsync(bad);
            (response.Status, response["X-Cf-RouterError"]).ShouldBe((400, "invalid_cf_app_instance_header"));
        }
    }

    [Fact]
    public async Task Get_WithASession_SticksToItsInstanceWhileThatLives()
    {
        await using var a = RawBackend.Answering(_ => RawBackend.Ok("a", "Set-Cookie: JSESSIONID=s1; Path=/app; Secure; SameSite=Lax; Max-Age=60\r\n"));
        await using var b = RawBackend.Saying("b");
        await Router.RegisterAsync(Host, a.Endpoint, "app-1", "instance-a", "0");
        var response = await Router.GetAsync(Host);
        response.All("Set-Cookie").Last().ShouldBe("__VCAP_ID__=instance-a; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=60");
        await Router.RegisterAsync(Host, b.Endpoint, "app-1", "instance-b", "1");

        for (var i = 0; i < 6; i++) (await GetWithCookieAsync("x=y; JSESSIONID=s1; __VCAP_ID__=instance-b")).Body.ShouldBe("b");
        (await GetWithCookieAsync("JSESSIONID=s1; __VCAP_ID__=instance-b")).All("Set-Cookie").ShouldBeEmpty();

        await Router.UnregisterAsync(Host, b.Endpoint, "app-1", "instance-b");
        await TestRouter.UntilAsync(() => Router.Members(Host).Count() == 1);
        var moved = await GetWithCookieAsync("JSESSIONID=s1; __VCAP_ID__=instance-b");
        moved.Body.ShouldBe("a");
        moved.All("Set-Cookie").Last().ShouldStartWith("__VCAP_ID__=instance-a;");
    }

    [Fact]
    public async Task Get_VcapIdWithoutSession_DoesNotStick()
    {
        await using var a = RawBackend.Saying("a");
        await using var b = RawBackend.Saying("b");
        await Router.RegisterAsync(Host, a.Endpoint, "app-1", "instance-a", "0");
        await Router.RegisterAsync(Host, b.Endpoint, "app-1", "instance-b", "1");

        for (var i = 0; i < 4; i++) await GetWithCookieAsync("__VCAP_ID__=instance-b");

        (a.Requests.Count, b.Requests.Count).ShouldBe((2, 2));
    }

    private Task<RawResponse> GetInstanceAsync(string instance) =>
        Router.SendAsync($"GET / HTTP/1.1\r\nHost: {Host}\r\nX-Cf-App-Instance: {instance}\r\nConnection: close\r\n\r\n");

    private Task<RawResponse> GetWithCookieAsync(string cookie) =>
        Router.SendAsync($"GET / HTTP/1.1\r\nHost: {Host}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n");
}
