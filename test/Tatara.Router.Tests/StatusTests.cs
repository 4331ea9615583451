using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

public sealed class StatusTests : RouterTestBase
{
    protected override RouterOptions Configure(RouterOptions options) =>
        options with { HttpsPort = null, Certificates = [], Status = new() { Port = 0, User = "u", Password = "p" } };

    [Fact]
    public async Task Healthz_IsOkForAnybody()
    {
        using var client = new HttpClient();
        (await client.GetStringAsync($"http://{Router.Ports.Status}/healthz")).ShouldBe("ok\n");
        Router.Ports.Https.ShouldBeNull();
    }

    [Fact]
    public async Task Routes_WithPassword_ListsEndpoints()
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync("dora.tatara.test/path", app.Endpoint, "app-1", "i1", "2");
        using var client = new HttpClient();
        var uri = $"http://{Router.Ports.Status}/routes";
        (await client.GetAsync(uri)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes("u:wrong")));
        (await client.GetAsync(uri)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes("u:p")));

        using var routes = JsonDocument.Parse(await client.GetStringAsync(uri));

        var endpoint = routes.RootElement.GetProperty("dora.tatara.test/path")[0];
        endpoint.GetProperty("address").GetString().ShouldBe(app.Endpoint.ToString());
        endpoint.GetProperty("private_instance_id").GetString().ShouldBe("i1");
        endpoint.GetProperty("ttl").GetInt32().ShouldBe(120);
    }

    [Fact]
    public void Build_WrongOptions_SaysWhat()
    {
        var options = new RouterOptions { Bus = new() { Servers = ["127.0.0.1:1"] } };
        Should.Throw<ArgumentException>(options.Validate).Message.ShouldContain("certificate");
        Should.Throw<ArgumentException>((options with { HttpsPort = null, ListenAddresses = ["x"] }).Validate).Message.ShouldContain("'x'");
        Should.Throw<ArgumentException>((options with { HttpsPort = null, HttpPort = 70_000 }).Validate).Message.ShouldContain("70000");
        (options with { HttpsPort = null }).Validate();
    }
}
