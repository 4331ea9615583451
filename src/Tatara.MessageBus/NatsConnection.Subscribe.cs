using System.Runtime.CompilerServices;

namespace Tatara.MessageBus;

public sealed partial class NatsConnection
{
    /// <summary>Listens to a subject. The server knows of it before any later publish of this connection.</summary>
    public ValueTask<NatsSubscription<T>> SubscribeCoreAsync<T>(
        string subject, string? queueGroup = null, CancellationToken cancellationToken = default)
    {
        Subject.Validate(subject);
        if (queueGroup is not null) Subject.Validate(queueGroup);
        Start();
        var subscription = new NatsSubscription<T>(this, Interlocked.Increment(ref _lastId), subject, queueGroup, _options.SubscriptionCapacity);
        _subscriptions[subscription.Id] = subscription;
        // While the bus is away nothing waits to be sent: the next session subscribes to all there is.
        if (_isSessionOpen) _outgoing.Control(SubscribeLine(subscription));
        return ValueTask.FromResult(subscription);
    }

    /// <summary>Listens to a subject for as long as it is enumerated.</summary>
    public async IAsyncEnumerable<NatsMsg<T>> SubscribeAsync<T>(
        string subject, string? queueGroup = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var subscription = await SubscribeCoreAsync<T>(subject, queueGroup, cancellationToken);
        await foreach (var message in subscription.ReadAllAsync(cancellationToken))
            yield return message;
    }

    internal void Unsubscribe(NatsSubscriptionBase subscription)
    {
        if (_subscriptions.TryRemove(subscription.Id, out _) && _isSessionOpen) _outgoing.Control($"UNSUB {subscription.Id}\r\n");
    }

    internal void OnDropped(NatsSubscriptionBase subscription, long total) => Log.Dropped(_logger, _options.Name, subscription.Subject, total);

    private static string SubscribeLine(NatsSubscriptionBase s) =>
        s.QueueGroup is null ? $"SUB {s.Subject} {s.Id}\r\n" : $"SUB {s.Subject} {s.QueueGroup} {s.Id}\r\n";
}
