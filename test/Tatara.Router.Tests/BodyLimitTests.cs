using System.Net;
using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

/// <summary>A router that lets bodies of 1,000 bytes pass.</summary>
public sealed class BodyLimitTests : RouterTestBase
{
    private const int Limit = 1000;

    [Theory]
    [InlineData("Content-Length: 1000\r\n\r\n", 1000, "")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3e8\r\n", 1000, "\r\n0\r\n\r\n")]
    public async Task Post_AsLargeAsMayBe_Passes(string before, int length, string after)
    {
        await using var app = await StartAppAsync();
        var response = await Router.SendAsync($"POST / HTTP/1.1\r\nHost: {Host}\r\n{before}{new string('x', length)}{after}");
        (response.Status, response.Body).ShouldBe((200, "1000"));
    }

    [Fact]
    public async Task Post_ManySmallChunks_ContentCountsAndNotItsFraming()
    {
        await using var app = await StartAppAsync();
        var chunks = string.Concat(Enumerable.Repeat("1\r\nx\r\n", Limit));
        (await Router.SendAsync($"POST / HTTP/1.1\r\nHost: {Host}\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n")).Body.ShouldBe("1000");
    }

    [Theory]
    [InlineData("Content-Length: 1001\r\n\r\n")]
    [InlineData("Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n")]
    [InlineData("Content-Length: 999999999999999\r\n\r\n")]
    public async Task Post_LengthIsMore_IsRefusedBeforeAnyApp(string fields)
    {
        await using var app = await StartAppAsync();
        using var client = await Router.ConnectAsync();
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: {Host}\r\n{fields}");

        var response = await client.ReadResponseAsync();

        (response.Status, response["Connection"]).ShouldBe((413, "close"));
        (await client.IsClosedAsync()).ShouldBeTrue();
        app.Connections.ShouldBe(0);
    }

    [Theory]
    [InlineData("3e9\r\n")]
    [InlineData("3e8\r\n", true)]
    public async Task Post_ChunksAreMore_IsRefusedAndTheAppSeesNoWholeRequest(string firstSize, bool isSecond = false)
    {
        var cut = new TaskCompletionSource<string>();
        await using var app = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            cut.SetResult(await connection.ReadUntilGoneAsync());
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        using var client = await Router.ConnectAsync();
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: {Host}\r\nTransfer-Encoding: chunked\r\n\r\n{firstSize}{new string('x', Limit)}");
        if (isSecond) await client.SendAsync("\r\n1\r\n");

        (await client.ReadResponseAsync()).Status.ShouldBe(413);
        (await cut.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldNotContain("0\r\n\r\n");
    }

    [Fact]
    public async Task Post_EndlessChunksOverHttp2_IsRefused()
    {
        await using var app = await StartAppAsync();
        using var http = new HttpClient(TestClients.Handler(Router.Ports.Https!)) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://{Host}/") { Content = new Endless(), Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    protected override RouterOptions Configure(RouterOptions options) => options with { MaxBodyBytes = Limit };

    private async Task<RawBackend> StartAppAsync()
    {
        var app = RawBackend.Start(async connection =>
        {
            var head = new RawResponse((await connection.ReadHeadAsync())!);
            var body = head["Content-Length"] is { } length ? await connection.ReadTextAsync(int.Parse(length)) : (await connection.ReadChunksAsync()).Body;
            await connection.SendAsync(RawBackend.Ok($"{body.Length}"));
        });
        await Router.RegisterAsync(Host, app.Endpoint);
        return app;
    }

    /// <summary>Sends until nobody takes it any more.</summary>
    private sealed class Endless : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var piece = new byte[100];
            while (true)
            {
                await stream.WriteAsync(piece);
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
