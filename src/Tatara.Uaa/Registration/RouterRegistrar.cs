using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Protocol;

namespace Tatara.Uaa.Registration;

/// <summary>Tells the routers which host names are served here: at start, when a router starts, and as often as the router wants.</summary>
internal sealed class RouterRegistrar(NatsConnection bus, IServer server, UaaOptions options, UaaUrls urls, TimeProvider time) : IHostedLifecycleService
{
    private static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan GreetPatience = TimeSpan.FromSeconds(2);

    private static readonly JsonElement Nothing = JsonElement.Parse("{}");

    private readonly CancellationTokenSource _stopping = new();
    private RouterRegistration? _registration;
    private TimeSpan _interval = UsualInterval;
    private Task _work = Task.CompletedTask;

    /// <summary>Only now is it known which port was free.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var address = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        _registration = new RouterRegistration(
            urls.Hosts, address.Host, address.Port,
            TlsPort: options.Peers is null ? null : address.Port, ServerCertDomainSan: options.Peers is null ? null : PeerName.OfRole(PeerRole.Uaa),
            PrivateInstanceId: Guid.NewGuid().ToString(), Tags: new Dictionary<string, string> { ["component"] = "uaa" });
        _work = RunAsync(_stopping.Token);
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

    /// <summary>Listens before it speaks: a router that starts right after the first registration must be heard.</summary>
    private async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var starts = await bus.SubscribeCoreAsync<RouterGreeting>(Subjects.RouterStart, cancellationToken: cancellationToken);
        await Task.WhenAll(RepeatAsync(cancellationToken), AnswerStartsAsync(starts, cancellationToken));
    }

    private async Task RepeatAsync(CancellationToken cancellationToken)
    {
        await RegisterAsync(cancellationToken);
        try
        {
            Adopt((await bus.RequestAsync<JsonElement, RouterGreeting>(Subjects.RouterGreet, Nothing, GreetPatience, cancellationToken)).Data);
        }
        catch (NatsException)
        {
            // No router yet: it will say router.start when it comes.
        }
        while (true)
        {
            await Task.Delay(_interval, time, cancellationToken);
            await RegisterAsync(cancellationToken);
        }
    }

    /// <summary>A router that starts knows nothing: it hears at once.</summary>
    private async Task AnswerStartsAsync(NatsSubscription<RouterGreeting> starts, CancellationToken cancellationToken)
    {
        await foreach (var start in starts.ReadAllAsync(cancellationToken))
        {
            Adopt(start.Data);
            await RegisterAsync(cancellationToken);
        }
    }

    private void Adopt(RouterGreeting? greeting)
    {
        if (greeting is { MinimumRegisterIntervalInSeconds: > 0 and <= 3600 }) _interval = TimeSpan.FromSeconds(greeting.MinimumRegisterIntervalInSeconds);
    }

    /// <summary>While the bus is away it waits instead of piling up messages.</summary>
    private async Task RegisterAsync(CancellationToken cancellationToken)
    {
        await bus.ConnectAsync(cancellationToken);
        await bus.PublishAsync(Subjects.RouterRegister, _registration!, cancellationToken: cancellationToken);
    }
}
