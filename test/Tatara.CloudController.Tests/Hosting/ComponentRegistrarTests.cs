using System.Text.Json;
using Tatara.CloudController.Tests.Support;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.Tests.Hosting;

public sealed class ComponentRegistrarTests
{
    [Fact]
    public async Task Registrar_RouterStartsAndHostStops_RegistersAndUnregisters()
    {
        var cc = new CloudControllerFixture();
        await cc.InitializeAsync();
        await using var router = new NatsConnection(new NatsOptions { Servers = [cc.Bus.Address], Json = ProtocolJson.Default.Options });
        await using var registered = await router.SubscribeCoreAsync<RouterRegistration>(Subjects.RouterRegister);
        await using var unregistered = await router.SubscribeCoreAsync<RouterRegistration>(Subjects.RouterUnregister);
        await router.ConnectAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));

        while (!registered.Messages.TryPeek(out _))
        {
            await router.PublishAsync(Subjects.RouterStart, new RouterGreeting("r", [], 5, 120), cancellationToken: deadline.Token);
            await Task.Delay(50, deadline.Token);
        }
        var registration = (await registered.Messages.ReadAsync(deadline.Token)).Data!;
        registration.Uris.ShouldBe([$"api.{TokenIssuer.Domain}"]);
        using (var http = new HttpClient())
            JsonElement.Parse(await http.GetStringAsync(new Uri($"http://{registration.Host}:{registration.Port}/"), deadline.Token)).TryGetProperty("links", out _).ShouldBeTrue();

        await cc.StopAsync();
        (await unregistered.Messages.ReadAsync(deadline.Token)).Data!.PrivateInstanceId.ShouldBe(registration.PrivateInstanceId);
        await cc.StartAsync();
        await cc.DisposeAsync();
    }

    [Fact]
    public async Task Start_BusAway_ServesAllTheSame()
    {
        var cc = new CloudControllerFixture { Configure = o => o with { Bus = o.Bus with { Servers = ["127.0.0.1:1"] } } };
        await cc.InitializeAsync();
        (await cc.Admin.GetAsync("/v3/organizations")).Status.ShouldBe(System.Net.HttpStatusCode.OK);
        await cc.DisposeAsync();
    }
}
