using System.Net;
using Tatara.Protocol;
using Tatara.Router.Proxy;
using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

/// <summary>Which endpoint gets a request, how many it gets, and what is believed of what clients say.</summary>
public sealed class PolicyTests
{
    private const string Host = "dora.tatara.test";
    private const string Get = $"GET / HTTP/1.1\r\nHost: {Host}\r\n\r\n";

    [Fact]
    public async Task LeastConnection_OneEndpointBusy_AllGoToTheOther()
    {
        var go = new TaskCompletionSource();
        await using var router = await TestRouter.StartAsync();
        await using var slow = Waiting("slow", go.Task);
        await using var quick = RawBackend.Saying("quick");
        await RegisterAsync(router, slow.Endpoint, "i-1");
        using var held = await router.ConnectAsync();
        await held.SendAsync(Get);
        await TestRouter.UntilAsync(() => slow.Connections == 1);
        await RegisterAsync(router, quick.Endpoint, "i-2");

        for (var i = 0; i < 10; i++) (await router.SendAsync(Get)).Body.ShouldBe("quick");

        go.SetResult();
        (await held.ReadResponseAsync()).Body.ShouldBe("slow");
    }

    [Fact]
    public async Task Zone_NearEndpointIsWell_GetsAllUntilItIsGone()
    {
        await using var router = await TestRouter.StartAsync(o => o with { Zone = "z1" });
        await using var far = RawBackend.Saying("far");
        var near = RawBackend.Saying("near");
        await router.RegisterAsync(Host, Registration(far.Endpoint, "i-1") with { AvailabilityZone = "z2" });
        await router.RegisterAsync(Host, Registration(near.Endpoint, "i-2") with { AvailabilityZone = "z1" });

        for (var i = 0; i < 10; i++) (await router.SendAsync(Get)).Body.ShouldBe("near");
        await near.DisposeAsync();

        for (var i = 0; i < 10; i++) (await router.SendAsync(Get)).Body.ShouldBe("far");
    }

    [Fact]
    public async Task Endpoint_ServesAsManyAsItMay_OthersGet503AndLaterItsAnswer()
    {
        var go = new TaskCompletionSource();
        await using var router = await TestRouter.StartAsync(o => o with { MaxConnectionsPerEndpoint = 1 });
        await using var app = Waiting("hi", go.Task);
        await router.RegisterAsync(Host, app.Endpoint, "app-1", "i-1");
        using var held = await router.ConnectAsync();
        await held.SendAsync(Get);
        await TestRouter.UntilAsync(() => app.Connections == 1);

        var refused = await router.SendAsync(Get);
        (refused.Status, refused["X-Cf-RouterError"]).ShouldBe((503, "Connection Limit Reached"));

        go.SetResult();
        (await held.ReadResponseAsync()).Body.ShouldBe("hi");
        (await router.SendAsync(Get)).Body.ShouldBe("hi");
    }

    [Fact]
    public async Task Client_HasAsManyConnectionsAsItMay_NextIsClosed()
    {
        await using var router = await TestRouter.StartAsync(o => o with { Limits = o.Limits with { MaxConnectionsPerClient = 2 } });
        using var first = await router.ConnectAsync();
        using (var second = await router.ConnectAsync())
        {
            using var third = await router.ConnectAsync();
            (await third.IsClosedAsync()).ShouldBeTrue();
            await second.SendAsync(Get);
            (await second.ReadResponseAsync()).Status.ShouldBe(404);
        }

        await TestRouter.UntilAsync(() => router.SendAsync(Get).ContinueWith(t => t.IsCompletedSuccessfully, TaskScheduler.Default).Result);
    }

    [Theory]
    [InlineData("DORA.Tatara.Test")]
    [InlineData("dora.tatara.test:8080")]
    [InlineData("dora.tatara.test.")]
    public async Task Host_HoweverItIsWritten_FindsItsRoute(string host)
    {
        await using var router = await TestRouter.StartAsync();
        await using var app = RawBackend.Saying("hi");
        await router.RegisterAsync(Host, app.Endpoint);
        (await router.GetAsync(host)).Body.ShouldBe("hi");
    }

    [Theory]
    [InlineData("xn--bcher-kva.test", "xn--bcher-kva.test")]
    [InlineData("xn--bcher-kva.test", "b\u00c3\u00bccher.test")]
    [InlineData("b\u00fccher.test", "b\u00c3\u00bccher.test")]
    [InlineData("b\u00fccher.test", "XN--BCHER-KVA.test")]
    public async Task Host_International_IsTheSameInBothSpellings(string registered, string askedAsUtf8)
    {
        await using var router = await TestRouter.StartAsync();
        await using var app = RawBackend.Saying("hi");
        await router.RegisterAsync(registered, app.Endpoint);
        (await router.GetAsync(askedAsUtf8)).Body.ShouldBe("hi");
        (await router.GetAsync("b\u00ff.test")).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("10.0.0.0/8", null, null, "127.0.0.1", "http")]
    [InlineData("127.0.0.0/8", "for=9.9.9.9", "other", "9.9.9.9, 127.0.0.1", "https")]
    public async Task ForwardedFields_AreBelievedOfTrustedProxiesOnly(string trusted, string? forwarded, string? host, string forwardedFor, string proto)
    {
        await using var router = await TestRouter.StartAsync(o => o with { TrustedProxies = [trusted] });
        await using var app = RawBackend.Saying("hi");
        await router.RegisterAsync(Host, app.Endpoint);

        await router.SendAsync($"GET / HTTP/1.1\r\nHost: {Host}\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: other\r\nForwarded: for=9.9.9.9\r\n\r\n");

        var seen = new RawResponse(app.Requests.ShouldHaveSingleItem());
        (seen["Forwarded"], seen["X-Forwarded-Host"], seen["X-Forwarded-For"], seen["X-Forwarded-Proto"]).ShouldBe((forwarded, host, forwardedFor, proto));
    }

    [Fact]
    public async Task Tracing_On_BeginsTracesAndContinuesValidOnes()
    {
        await using var router = await TestRouter.StartAsync(o => o with { Tracing = Tracing.W3C | Tracing.B3 });
        await using var app = RawBackend.Saying("hi");
        await router.RegisterAsync(Host, app.Endpoint);
        const string trace = "0123456789abcdef0123456789abcdef";

        var begun = await SeenAsync("");
        begun["traceparent"]!.ShouldMatch("^00-[0-9a-f]{32}-[0-9a-f]{16}-01$");
        begun["X-Vcap-Request-Id"]!.Replace("-", "", StringComparison.Ordinal).ShouldBe(begun["traceparent"]![3..35]);
        begun["b3"].ShouldBe($"{begun["X-B3-TraceId"]}-{begun["X-B3-SpanId"]}");

        var continued = await SeenAsync($"traceparent: 00-{trace}-00000000000000aa-00\r\ntracestate: a=b\r\nX-B3-TraceId: {trace}\r\nX-B3-SpanId: 00000000000000aa\r\n");
        continued["traceparent"]!.ShouldMatch($"^00-{trace}-[0-9a-f]{{16}}-00$");
        continued["traceparent"]!.ShouldNotContain("00000000000000aa");
        (continued["tracestate"], continued["X-B3-TraceId"]).ShouldBe(("a=b", trace));

        var replaced = await SeenAsync("traceparent: 00-forged\r\ntracestate: a=b\r\n");
        replaced.All("traceparent").ShouldHaveSingleItem().ShouldMatch("^00-[0-9a-f]{32}-[0-9a-f]{16}-01$");
        replaced["tracestate"].ShouldBeNull();

        async Task<RawResponse> SeenAsync(string fields)
        {
            await router.SendAsync($"GET / HTTP/1.1\r\nHost: {Host}\r\n{fields}\r\n");
            return new RawResponse(app.Requests.Last());
        }
    }

    private static RouterRegistration Registration(IPEndPoint endpoint, string id) => new([Host], "127.0.0.1", endpoint.Port, "dea", "app-1", id);

    private static Task RegisterAsync(TestRouter router, IPEndPoint endpoint, string id) =>
        router.RegisterAsync(Host, Registration(endpoint, id) with { Options = new RegistrationOptions("least-connection") });

    private static RawBackend Waiting(string body, Task go) => RawBackend.Start(async connection =>
    {
        while (await connection.ReadHeadAsync() is not null)
        {
            await go;
            await connection.SendAsync(RawBackend.Ok(body));
        }
    });
}
