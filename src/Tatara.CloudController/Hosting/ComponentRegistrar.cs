using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Protocol;

namespace Tatara.CloudController.Hosting;

/// <summary>Registers api.DOMAIN with the routers, like any app: at start, when a router starts, and as often as the router wants.</summary>
internal sealed partial class ComponentRegistrar(
    NatsConnection bus, CloudControllerOptions options, IServer server, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ComponentRegistrar> logger)
    : BackgroundService
{
    private static readonly TimeSpan s_usualInterval = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_greetPatience = TimeSpan.FromSeconds(2);

    private static readonly JsonElement s_empty = JsonElement.Parse("{}");

    private readonly string _instance = Guid.NewGuid().ToString("D");
    private TimeSpan _interval = s_usualInterval;

    /// <summary>Where Kestrel listens once the host has started.</summary>
    public static Uri ListeningAt(IServer server) => new(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (bus.IsConnected) await bus.PublishAsync(Subjects.RouterUnregister, Registration(), cancellationToken: cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await StartedAsync(stoppingToken);
        await using var starts = await bus.SubscribeCoreAsync<RouterGreeting>(Subjects.RouterStart, cancellationToken: stoppingToken);
        await Task.WhenAll(AnswerStartsAsync(starts, stoppingToken), RepeatAsync(stoppingToken));
    }

    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }

    private async Task AnswerStartsAsync(NatsSubscription<RouterGreeting> starts, CancellationToken cancellationToken)
    {
        await foreach (var message in starts.ReadAllAsync(cancellationToken))
        {
            Adopt(message.Data);
            await RegisterAsync(cancellationToken);
        }
    }

    private async Task RepeatAsync(CancellationToken cancellationToken)
    {
        await RegisterAsync(cancellationToken);
        try
        {
            Adopt((await bus.RequestAsync<JsonElement, RouterGreeting>(Subjects.RouterGreet, s_empty, s_greetPatience, cancellationToken)).Data);
        }
        catch (NatsException e)
        {
            Log.NoRouter(logger, e.Message); // It will say router.start when it comes.
        }
        while (true)
        {
            await Task.Delay(_interval, time, cancellationToken);
            await RegisterAsync(cancellationToken);
        }
    }

    private void Adopt(RouterGreeting? greeting)
    {
        if (greeting is { MinimumRegisterIntervalInSeconds: > 0 and <= 3600 }) _interval = TimeSpan.FromSeconds(greeting.MinimumRegisterIntervalInSeconds);
    }

    private ValueTask RegisterAsync(CancellationToken cancellationToken) =>
        bus.PublishAsync(Subjects.RouterRegister, Registration(), cancellationToken: cancellationToken);

    private RouterRegistration Registration()
    {
        var address = ListeningAt(server);
        return new RouterRegistration(
            [$"api.{options.Domain}"], address.Host, address.Port,
            TlsPort: options.Peers is null ? null : address.Port, ServerCertDomainSan: options.Peers is null ? null : PeerName.OfRole(PeerRole.CloudController),
            PrivateInstanceId: _instance, Tags: new Dictionary<string, string> { ["component"] = "CloudController" });
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "No router greets back yet: {Reason}")]
        public static partial void NoRouter(ILogger logger, string reason);
    }
}
