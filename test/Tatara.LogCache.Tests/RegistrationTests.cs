using Tatara.Protocol;

namespace Tatara.LogCache.Tests;

public sealed class RegistrationTests(Identities identities) : IClassFixture<Identities>
{
    [Fact]
    public async Task Host_RouterStarts_RegistersItsName()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        await using var registered = await cache.Bus.SubscribeCoreAsync<RouterRegistration>(Subjects.RouterRegister);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));

        RouterRegistration? registration;
        while (!registered.Messages.TryRead(out var message) || (registration = message.Data) is null)
        {
            await cache.Bus.PublishAsync(Subjects.RouterStart, new RouterGreeting("r", ["127.0.0.1"], 20, 120), cancellationToken: deadline.Token);
            await Task.Delay(50, deadline.Token);
        }

        registration.Uris.ShouldBe(["log-cache.tatara.localhost"]);
        registration.Host.ShouldBe("127.0.0.1");
        registration.Port.ShouldBe(cache.Http.BaseAddress!.Port);
        registration.Tags!["component"].ShouldBe("log-cache");
    }
}
