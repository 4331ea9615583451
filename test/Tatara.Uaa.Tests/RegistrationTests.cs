using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Testing;

namespace Tatara.Uaa.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public async Task Host_RouterStartsAndHostStops_RegistersAgainAndUnregisters()
    {
        await using var server = await NatsServer.StartAsync();
        var bus = new NatsOptions { Servers = [server.Address], Json = ProtocolJson.Default.Options };
        await using var router = new NatsConnection(bus);
        await using var registered = await router.SubscribeCoreAsync<RouterRegistration>(Subjects.RouterRegister);
        await using var unregistered = await router.SubscribeCoreAsync<RouterRegistration>(Subjects.RouterUnregister);
        await router.ConnectAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));

        RouterRegistration first;
        await using (var uaa = await RunningUaa.StartAsync(o => o with { Bus = bus }))
        {
            first = (await registered.Messages.ReadAsync(deadline.Token)).Data!;
            await router.PublishAsync(Subjects.RouterStart, new RouterGreeting("r", ["127.0.0.1"], 20, 120), cancellationToken: deadline.Token);
            (await registered.Messages.ReadAsync(deadline.Token)).Data!.PrivateInstanceId.ShouldBe(first.PrivateInstanceId);
            first.Port.ShouldBe(uaa.Http.BaseAddress!.Port);
        }

        first.Uris.ShouldBe(["uaa.tatara.localhost", "login.tatara.localhost"]);
        first.Tags!["component"].ShouldBe("uaa");
        (await unregistered.Messages.ReadAsync(deadline.Token)).Data!.Port.ShouldBe(first.Port);
    }

    [Fact]
    public async Task Host_BusAwayAtStart_RegistersOnceItComes()
    {
        var server = await NatsServer.StartAsync();
        await server.KillAsync();
        var bus = new NatsOptions { Servers = [server.Address], Json = ProtocolJson.Default.Options };
        await using var uaa = await RunningUaa.StartAsync(o => o with { Bus = bus });
        await using var router = new NatsConnection(bus);
        await using var registered = await router.SubscribeCoreAsync<RouterRegistration>(Subjects.RouterRegister);

        await server.StartAgainAsync();
        await router.ConnectAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!registered.Messages.TryPeek(out _))
        {
            await router.PublishAsync(Subjects.RouterStart, new RouterGreeting("r", [], 20, 120), cancellationToken: deadline.Token);
            await Task.Delay(50, deadline.Token);
        }
        await server.DisposeAsync();
    }
}
