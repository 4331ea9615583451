using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Uaa.Registration;

/// <summary>Tells the routers which host names are served here: at start, when a router starts, and again and again.</summary>
internal sealed class RouterRegistrar(NatsConnection bus, IServer server, UaaUrls urls, TimeProvider time) : IHostedLifecycleService
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stopping = new();
    private RouterRegistration? _registration;
    private Task _work = Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var address = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        _registration = new RouterRegistration(
            urls.Hosts, address.Host, address.Port, PrivateInstanceId: Guid.NewGuid().ToString(), Tags: new Dictionary<string, string> { ["component"] = "uaa" });
        _work = Task.WhenAll(RegisterAsync(_stopping.Token), AnswerRoutersAsync(_stopping.Token));
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_registration is not null && bus.IsConnected) await bus.PublishAsync(Subjects.RouterUnregister, _registration, cancellationToken: cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task RegisterAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(DefaultInterval, time);
        do
        {
            await bus.ConnectAsync(cancellationToken);
            await bus.PublishAsync(Subjects.RouterRegister, _registration!, cancellationToken: cancellationToken);
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    /// <summary>A router that starts knows nothing: it hears at once.</summary>
    private async Task AnswerRoutersAsync(CancellationToken cancellationToken)
    {
        await foreach (var _ in bus.SubscribeAsync<RouterGreeting>(Subjects.RouterStart, cancellationToken: cancellationToken))
            await bus.PublishAsync(Subjects.RouterRegister, _registration!, cancellationToken: cancellationToken);
    }
}
