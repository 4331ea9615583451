using System.Text;
using Tatara.Router.OwnAnswers;
using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

public sealed class HttpsRedirectTests : RouterTestBase
{
    [Theory]
    [InlineData("GET", "shop.example.test", "/a/b?c=d", 301, "https://shop.example.test:8443/a/b?c=d")]
    [InlineData("HEAD", "SHOP.example.test", "/", 301, "https://SHOP.example.test:8443/")]
    [InlineData("POST", "shop.example.test:8080", "/x", 308, "https://shop.example.test:8443/x")]
    [InlineData("GET", "a.b.only.test", "/", 301, "https://a.b.only.test:8443/")]
    [InlineData("OPTIONS", "shop.example.test", "*", 308, "https://shop.example.test:8443/")]
    public async Task Http_DomainIsHttpsOnly_LeadsThere(string method, string host, string target, int status, string location)
    {
        using var client = await Router.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync($"{method} {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
            var response = await client.ReadResponseAsync(isHead: method == "HEAD");
            response.Status.ShouldBe(status);
            response["Location"].ShouldBe(location);
        }
    }

    [Theory]
    [InlineData("only.test")]
    [InlineData("www.shop.example.test")]
    [InlineData("shop.example.test.evil.test")]
    public async Task Http_OtherDomain_IsServed(string host)
    {
        await using var app = RawBackend.Saying("served");
        await Router.RegisterAsync(host, app.Endpoint);
        (await Router.GetAsync(host)).Body.ShouldBe("served");
    }

    [Fact]
    public async Task Http_BodyFollows_IsNotTakenForTheNextRequest()
    {
        using var client = await Router.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: shop.example.test\r\nContent-Length: 40\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x.test\r\n\r\n");
        (await client.ReadResponseAsync())["Connection"].ShouldBe("close");
        (await client.ReadUntilGoneAsync()).ShouldBe("");
    }

    [Fact]
    public async Task Https_DomainIsHttpsOnly_IsServed()
    {
        await using var app = RawBackend.Saying("served");
        await Router.RegisterAsync("shop.example.test", app.Endpoint);
        using var client = new HttpClient(TestClients.Handler(Router.Ports.Https!));
        (await client.GetStringAsync("https://shop.example.test/")).ShouldBe("served");
    }

    [Theory]
    [InlineData("*", "anything.test", true)]
    [InlineData("*.a.test", "a.test", false)]
    [InlineData("*.a.test", "x.y.A.test", true)]
    [InlineData("a.test", "A.TEST", true)]
    [InlineData("a.test", "b.a.test", false)]
    [InlineData("a.test", "", false)]
    public void Match_Pattern_TakesTheNamesItSays(string pattern, string host, bool taken) =>
        new NamePatterns([pattern]).Match(Encoding.ASCII.GetBytes(host)).ShouldBe(taken);

    [Fact]
    public void Validate_NoName_SaysWhich() =>
        Should.Throw<ArgumentException>(() => new NamePatterns(["a.test", "b/c"])).Message.ShouldContain("'b/c'");

    protected override RouterOptions Configure(RouterOptions options) => options with { HttpsOnly = ["shop.example.test", "*.only.test"], ExternalHttpsPort = 8443 };
}
