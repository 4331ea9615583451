using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

/// <summary>Many clients while instances come, go and leave their ports to other apps.</summary>
public sealed class ChurnTests : RouterTestBase
{
    private const int Clients = 8;
    private const int Rounds = 40;

    [Fact]
    public async Task Requests_WhileInstancesComeAndGo_AllSucceedAtTheirOwnApp()
    {
        await using var steadyA = RawBackend.Saying("app-a");
        await using var steadyB = RawBackend.Saying("app-b");
        await Router.RegisterAsync("a.tatara.test", steadyA.Endpoint, "app-a", "a-steady");
        await Router.RegisterAsync("b.tatara.test", steadyB.Endpoint, "app-b", "b-steady");
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(i => RequestAsync(i % 2 == 0 ? "a" : "b", stop.Token)).ToList();

        for (var round = 0; round < Rounds; round++)
        {
            var app = round % 2 == 0 ? "a" : "b";
            var instance = RawBackend.Saying("app-" + app);
            var address = instance.Endpoint;
            await Router.RegisterAsync($"{app}.tatara.test", instance.Endpoint, "app-" + app, $"i-{round}");
            // The instance dies and its port goes to the other app; the unregister gets lost.
            await instance.DisposeAsync();
            var other = app == "a" ? "b" : "a";
            await Router.RegisterAsync($"{other}.tatara.test", address, "app-" + other, $"s-{round}");
            Router.Members($"{app}.tatara.test").ShouldAllBe(e => e.Address.Port != address.Port);
            await using var successor = RawBackend.Saying("app-" + other, address.Port);
            // A careful goodbye: first out of the table, then down.
            await Router.UnregisterAsync($"{other}.tatara.test", address, "app-" + other, $"s-{round}");
            await TestRouter.UntilAsync(() => Router.Members($"{other}.tatara.test").Count() == 1);
            await Task.Delay(20);
        }
        await stop.CancelAsync();

        (await Task.WhenAll(clients)).Sum().ShouldBeGreaterThan(Rounds);
    }

    private async Task<int> RequestAsync(string app, CancellationToken stop)
    {
        using var client = await Router.ConnectAsync();
        var count = 0;
        for (; !stop.IsCancellationRequested; count++)
        {
            await client.SendAsync($"GET / HTTP/1.1\r\nHost: {app}.tatara.test\r\n\r\n");
            var response = await client.ReadResponseAsync();
            (response.Status, response.Body).ShouldBe((200, "app-" + app));
        }
        return count;
    }
}
