using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Tatara.Router.Metrics;
using Tatara.Status;
using Tatara.Router.Registry;
using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

public sealed class MetricsTests : RouterTestBase
{
    [Fact]
    public async Task Metrics_AfterRequests_SayWhatHappened()
    {
        await using var app = RawBackend.Answering(r => r.Contains("/bad") ? "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n" : RawBackend.Ok("12345"));
        await Router.RegisterAsync("dora.tatara.test", app.Endpoint, "app-1", "i1");
        for (var i = 0; i < 3; i++) await Router.GetAsync("dora.tatara.test");
        await Router.GetAsync("dora.tatara.test", "/bad");
        await Router.GetAsync("unknown.tatara.test");

        var page = await PageAsync(p => p.Contains("tatara_router_request_duration_seconds_count 5\n"));

        page.ShouldContain("tatara_router_requests_total{status=\"2xx\"} 3\n");
        page.ShouldContain("tatara_router_requests_total{status=\"4xx\"} 1\n");
        page.ShouldContain("tatara_router_requests_total{status=\"1xx\"} 0\n");
        page.ShouldContain("tatara_router_errors_total{error=\"unknown_route\"} 1\n");
        page.ShouldContain("tatara_router_route_requests_total{route=\"dora.tatara.test\",status=\"2xx\"} 3\n");
        page.ShouldContain("tatara_router_route_requests_total{route=\"dora.tatara.test\",status=\"5xx\"} 1\n");
        page.ShouldContain("tatara_router_app_requests_total{app=\"app-1\",status=\"5xx\"} 1\n");
        page.ShouldContain("tatara_router_request_duration_seconds_bucket{le=\"+Inf\"} 5\n");
        page.ShouldContain("tatara_router_routes 1\n");
        page.ShouldContain("tatara_router_endpoints 1\n");
        page.ShouldContain("tatara_router_bus_connected 1\n");
        page.ShouldContain("tatara_router_connections_total 5\n");
        foreach (var line in page.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l[0] != '#')) line.ShouldMatch(@"^[a-z_]+(\{[a-z]+=""[^""]*""(,[a-z]+=""[^""]*"")*\})? [0-9.Ee+-]+$");
    }

    [Fact]
    public async Task Metrics_RouteAndAppGone_AreForgotten()
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync("dora.tatara.test", app.Endpoint, "app-1", "i1");
        await Router.GetAsync("dora.tatara.test");
        await PageAsync(p => p.Contains("app-1"));
        await Router.UnregisterAsync("dora.tatara.test", app.Endpoint, "app-1", "i1");
        await PageAsync(p => !p.Contains("app-1") && p.Contains("tatara_router_requests_total{status=\"2xx\"} 1\n"));
    }

    [Fact]
    public async Task Metrics_WithoutThePassword_AreNotShown()
    {
        using var client = new HttpClient();
        (await client.GetAsync($"http://{Router.Ports.Status}/metrics")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public void Finished_MoreNamesThanTheBound_CountsTheRestTogether()
    {
        var metrics = new RouterMetrics();
        for (var i = 0; i < RouterMetrics.MaxNamed + 10; i++)
            metrics.Finished(new Route(new RouteKey($"r{i}.test", "")), $"app-{i}", 200, TimeSpan.Zero, 0, 0, $"error-{i}");
        metrics.Apps.Count().ShouldBe(RouterMetrics.MaxNamed);
        metrics.OtherApps.Read(2).ShouldBe(10);
        metrics.OtherRoutes.Read(2).ShouldBe(10);
        metrics.Errors.Count().ShouldBeLessThanOrEqualTo(33);
        metrics.Requests.Read(2).ShouldBe(RouterMetrics.MaxNamed + 10);
    }

    [Fact]
    public void Finished_ByManyThreads_LosesNothingAndAllocatesNothing()
    {
        var metrics = new RouterMetrics();
        var route = new Route(new RouteKey("r.test", ""));
        metrics.Finished(route, "app", 200, TimeSpan.FromMilliseconds(3), 1, 2, "endpoint_failure");
        Parallel.For(0, 8, _ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 10_000; i++) metrics.Finished(route, "app", 200, TimeSpan.FromMilliseconds(3), 1, 2, "endpoint_failure");
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        });
        metrics.Requests.Read(2).ShouldBe(80_001);
        route.Counters!.Read(2).ShouldBe(80_001);
        (metrics.ReceivedBytes, metrics.SentBytes).ShouldBe((80_001, 160_002));
        metrics.Errors.Single().Value.ShouldBe(80_001);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.5, 0)]
    [InlineData(0.6, 1)]
    [InlineData(60_000, 15)]
    [InlineData(60_001, 16)]
    public void Count_Duration_IsInTheBucketOfItsBound(double milliseconds, int bucket)
    {
        var histogram = new LatencyHistogram();
        histogram.Count(TimeSpan.FromMilliseconds(milliseconds));
        histogram.Cumulated().ToList().IndexOf(1).ShouldBe(bucket);
    }

    [Fact]
    public void Sample_LabelOfAnything_CannotForgeALine()
    {
        var writer = new MetricPage();
        writer.Sample("x", 1, ("route", "a\"} 5\ny \\"));
        writer.ToString().ShouldBe("x{route=\"a\\\"} 5\\ny \\\\\"} 1\n");
    }

    protected override RouterOptions Configure(RouterOptions options) =>
        options with { HttpsPort = null, Certificates = [], Status = new() { Port = 0, User = "u", Password = "p" } };

    private async Task<string> PageAsync(Func<string, bool> wanted)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes("u:p")));
        var page = "";
        for (var i = 0; i < 200 && !wanted(page); i++)
        {
            page = await client.GetStringAsync($"http://{Router.Ports.Status}/metrics");
            await Task.Delay(20);
        }
        wanted(page).ShouldBeTrue(page);
        return page;
    }
}
