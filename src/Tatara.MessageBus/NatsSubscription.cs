using System.Buffers;
using System.Threading.Channels;

namespace Tatara.MessageBus;

/// <summary>A live subscription. Disposing it tells the server.</summary>
public sealed class NatsSubscription<T> : NatsSubscriptionBase, IAsyncDisposable
{
    private readonly Channel<NatsMsg<T>> _channel;
    private long _dropped;

    internal NatsSubscription(NatsConnection connection, long id, string subject, string? queueGroup, int capacity)
        : base(connection, id, subject, queueGroup)
    {
        _channel = Channel.CreateBounded<NatsMsg<T>>(
            new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true },
            _ => Interlocked.Increment(ref _dropped));
    }

    /// <summary>What has arrived, oldest first.</summary>
    public ChannelReader<NatsMsg<T>> Messages => _channel.Reader;

    /// <summary>Messages that were dropped because nobody read them in time.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Every message until the subscription is disposed or the token is cancelled.</summary>
    public IAsyncEnumerable<NatsMsg<T>> ReadAllAsync(CancellationToken cancellationToken = default) =>
        _channel.Reader.ReadAllAsync(cancellationToken);

    public ValueTask DisposeAsync()
    {
        _channel.Writer.TryComplete();
        return Connection.UnsubscribeAsync(this);
    }

    internal override void Deliver(string subject, string? replyTo, int status, ReadOnlySequence<byte> payload)
    {
        if (status == NatsConnection.StatusNoResponders)
        {
            _channel.Writer.TryWrite(new(subject, replyTo, default, new NatsNoRespondersException(subject), Connection));
            return;
        }
        try
        {
            _channel.Writer.TryWrite(new(subject, replyTo, Connection.Deserialize<T>(payload), null, Connection));
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or NotSupportedException)
        {
            _channel.Writer.TryWrite(new(subject, replyTo, default, e, Connection));
        }
    }

    internal override void Complete() => _channel.Writer.TryComplete();
}

/// <summary>The part of a subscription that does not depend on its body's type.</summary>
public abstract class NatsSubscriptionBase
{
    private protected NatsSubscriptionBase(NatsConnection connection, long id, string subject, string? queueGroup)
    {
        Connection = connection;
        Id = id;
        Subject = subject;
        QueueGroup = queueGroup;
    }

    internal NatsConnection Connection { get; }
    internal long Id { get; }

    /// <summary>What it listens to.</summary>
    public string Subject { get; }

    /// <summary>The group whose members share the messages, or null.</summary>
    public string? QueueGroup { get; }

    internal abstract void Deliver(string subject, string? replyTo, int status, ReadOnlySequence<byte> payload);
    internal abstract void Complete();
}
