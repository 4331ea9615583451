using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Router.Tests.Support;

namespace Tatara.Router.Tests;

/// <summary>How endpoints come and go.</summary>
public sealed class RegistrationTests : RouterTestBase
{
    protected override RouterOptions Configure(RouterOptions options) => options with
    {
        Id = "router-1",
        PruneInterval = TimeSpan.FromSeconds(0.1),
        EmptyRouteTimeout = TimeSpan.FromSeconds(1),
    };

    [Fact]
    public async Task Greet_IsAnsweredWithTheTimesToKeep()
    {
        var greeting = await Router.Bus.RequestAsync<RouterGreeting?, RouterGreeting>(Subjects.RouterGreet, null);

        (greeting.Data!.Id, greeting.Data.MinimumRegisterIntervalInSeconds, greeting.Data.PruneThresholdInSeconds).ShouldBe(("router-1", 20, 120));
    }

    [Fact]
    public async Task Unregister_LastEndpoint_Is503AndThen404()
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync(Host, app.Endpoint, "app-1", "i1");

        await Router.UnregisterAsync(Host, app.Endpoint, "app-1", "i1");
        await TestRouter.UntilAsync(() => !Router.Members(Host).Any());

        var response = await Router.GetAsync(Host);
        (response.Status, response["X-Cf-RouterError"]).ShouldBe((503, "no_endpoints"));
        response.Body.ShouldBe($"503 Service Unavailable: Requested route ('{Host}') has no available endpoints.\n");
        await TestRouter.UntilAsync(() => Router.Registry.Table.Count == 0);
        (await Router.GetAsync(Host)).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("app-1", "i-other")]
    [InlineData("app-2", "i1")]
    [InlineData("app-1", null)]
    public async Task Unregister_ByAnotherInstance_IsIgnored(string app, string? id)
    {
        await using var backend = RawBackend.Saying("hi");
        await Router.RegisterAsync(Host, backend.Endpoint, "app-1", "i1");

        await Router.UnregisterAsync(Host, backend.Endpoint, app, id);
        await Router.RegisterAsync("later.tatara.test", backend.Endpoint, "app-1", "i1");

        (await Router.GetAsync(Host)).Body.ShouldBe("hi");
    }

    [Fact]
    public async Task Unregister_OneOfTwoRoutes_KeepsTheOther()
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync(Host, app.Endpoint, "app-1", "i1");
        await Router.RegisterAsync("other.tatara.test", app.Endpoint, "app-1", "i1");

        await Router.UnregisterAsync(Host, app.Endpoint, "app-1", "i1");
        await TestRouter.UntilAsync(() => !Router.Members(Host).Any());

        (await Router.GetAsync("other.tatara.test")).Body.ShouldBe("hi");
    }

    [Fact]
    public async Task RegisterAndUnregister_InQuickTurns_EndAsTheLastOneSays()
    {
        await using var app = RawBackend.Saying("hi");
        var message = new RouterRegistration([Host], "127.0.0.1", app.Endpoint.Port, "dea", "app-1", "i1");

        for (var i = 0; i < 500; i++)
        {
            await Router.Bus.PublishAsync(Subjects.RouterRegister, message);
            await Router.Bus.PublishAsync(Subjects.RouterUnregister, message);
        }
        await Router.RegisterAsync("last.tatara.test", app.Endpoint, "app-1", "i1");

        Router.Members(Host).ShouldBeEmpty();
    }

    [Fact]
    public async Task Register_PortOfAnotherApp_TakesItFromAllRoutesOfThatApp()
    {
        await using var app = RawBackend.Saying("whoever has the port now");
        await Router.RegisterAsync("old.tatara.test", app.Endpoint, "app-old", "i-old");
        await Router.RegisterAsync("old2.tatara.test", app.Endpoint, "app-old", "i-old");
        (await Router.GetAsync("old.tatara.test")).Status.ShouldBe(200);

        await Router.RegisterAsync("new.tatara.test", app.Endpoint, "app-new", "i-new");

        (await Router.GetAsync("new.tatara.test")).Status.ShouldBe(200);
        (await Router.GetAsync("old.tatara.test")).Status.ShouldBe(503);
        (await Router.GetAsync("old2.tatara.test")).Status.ShouldBe(503);
        app.Connections.ShouldBe(2, "the old owner's kept connection must not serve the new one");
    }

    [Fact]
    public async Task Register_SilentForItsThreshold_IsPruned()
    {
        await using var stale = RawBackend.Saying("stale");
        await using var live = RawBackend.Saying("live");
        await Router.RegisterAsync(Host, stale.Endpoint, "app-1", "i1", staleAfter: 1);
        await Router.RegisterAsync(Host, live.Endpoint, "app-1", "i2");

        await TestRouter.UntilAsync(() => Router.Members(Host).Count() == 1);

        (await Router.GetAsync(Host)).Body.ShouldBe("live");
    }

    [Fact]
    public async Task Register_RouteNoLongerNamed_GoesStaleWhileOthersOfTheInstanceStay()
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync("unmapped.tatara.test", app.Endpoint, "app-1", "i1", staleAfter: 1);

        await TestRouter.UntilAsync(() =>
        {
            Router.RegisterAsync(Host, app.Endpoint, "app-1", "i1", staleAfter: 1).Wait();
            return !Router.Members("unmapped.tatara.test").Any();
        });

        (await Router.GetAsync(Host)).Body.ShouldBe("hi");
    }

    [Fact]
    public async Task Bus_Away_KeepsEveryRouteAndPrunesOnlyOnceItIsBack()
    {
        await using var app = RawBackend.Saying("hi");
        await Router.RegisterAsync(Host, app.Endpoint, "app-1", "i1", staleAfter: 1);

        await Router.Nats.KillAsync();
        await Task.Delay(2500);
        (await Router.GetAsync(Host)).Body.ShouldBe("hi");

        await Router.Nats.StartAgainAsync();
        await TestRouter.UntilAsync(() => !Router.Members(Host).Any());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"uris\":null,\"host\":\"127.0.0.1\",\"port\":1}")]
    [InlineData("{\"uris\":[\"x.tatara.test\"],\"host\":\"127.0.0.1\",\"port\":70000}")]
    [InlineData("{\"uris\":[\"x.tatara.test\"],\"host\":\"a b\",\"port\":1}")]
    [InlineData("{\"uris\":[\"x.tatara.test\"],\"host\":null,\"port\":1}")]
    [InlineData("{\"uris\":[\"x.tatara.test\"],\"host\":\"127.0.0.1\",\"port\":1,\"app\":\"a\\r\\nb\"}")]
    [InlineData("{\"uris\":[\"x.tatara.test\"],\"host\":\"127.0.0.1\",\"port\":1,\"private_instance_id\":\"a;b\"}")]
    [InlineData("{\"uris\":[null,\"*\",\"a b\"],\"host\":\"127.0.0.1\",\"port\":1}")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    public async Task Register_Nonsense_IsIgnoredAndTheNextOneHeard(string json)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);
        await using var raw = new NatsConnection(new NatsOptions { Servers = [Router.Nats.Address] });
        await using var app = RawBackend.Saying("hi");

        await raw.PublishAsync(Subjects.RouterRegister, document.RootElement);
        await raw.PublishAsync(Subjects.RouterUnregister, document.RootElement);
        await Router.RegisterAsync(Host, app.Endpoint);

        (await Router.GetAsync(Host)).Body.ShouldBe("hi");
        Router.Registry.Table.Count.ShouldBe(1);
    }
}
