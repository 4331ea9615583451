using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Router.Registry;

namespace Tatara.Router.Registration;

/// <summary>Keeps the route table as the bus says: hears registrations in the order they were sent, and asks for them when it starts.</summary>
internal sealed partial class RegistrationListener(
    RouteRegistry registry, NatsConnection bus, RouterOptions options, ILogger<RegistrationListener> logger) : BackgroundService
{
    /// <summary>One subscription for all: register and unregister of an endpoint must not overtake each other.</summary>
    private const string AllRouterSubjects = "router.*";

    private long _seenDrops;

    private RouterGreeting Greeting => new(
        options.Id, options.ListenAddresses, (int)options.RegisterInterval.TotalSeconds, (int)options.PruneThreshold.TotalSeconds);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var subscription = await bus.SubscribeCoreAsync<RouterRegistration>(AllRouterSubjects, cancellationToken: stoppingToken);
        bus.Connected += OnConnected;
        await foreach (var message in subscription.ReadAllAsync(stoppingToken))
        {
            switch (message.Subject)
            {
                case Subjects.RouterRegister when message.Data is { } registration:
                    registry.Register(registration);
                    break;
                case Subjects.RouterUnregister when message.Data is { } registration:
                    registry.Unregister(registration);
                    break;
                case Subjects.RouterRegister or Subjects.RouterUnregister:
                    Log.Unreadable(logger, message.Subject, message.Error?.Message);
                    break;
                case Subjects.RouterGreet:
                    await message.ReplyAsync(Greeting, stoppingToken);
                    break;
            }
            if (subscription.Dropped == _seenDrops) continue;
            // More came than could be read: ask for all of it again.
            _seenDrops = subscription.Dropped;
            await bus.PublishAsync(Subjects.RouterStart, Greeting, cancellationToken: stoppingToken);
        }
    }

    /// <summary>The bus is there, or there again: what is known counts as fresh, and everybody registers anew.</summary>
    private void OnConnected()
    {
        registry.Freshen();
        _ = PublishStartAsync();
    }

    private async Task PublishStartAsync()
    {
        try
        {
            await bus.PublishAsync(Subjects.RouterStart, Greeting);
        }
        catch (Exception e) when (e is NatsException or OperationCanceledException or ObjectDisposedException)
        {
            Log.NotStarted(logger, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A message on {Subject} cannot be read: {Reason}")]
        public static partial void Unreadable(ILogger logger, string subject, string? reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Endpoints could not be asked to register: {Reason}")]
        public static partial void NotStarted(ILogger logger, string reason);
    }
}
