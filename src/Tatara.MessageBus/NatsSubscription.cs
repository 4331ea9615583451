using System.Buffers;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;

namespace Tatara.MessageBus;

/// <summary>A live subscription. Disposing it tells the server.</summary>
public sealed class NatsSubscription<T> : NatsSubscriptionBase, IAsyncDisposable
{
    private const int StatusNoResponders = 503;

    private readonly Channel<NatsMsg<T>> _channel;
    private readonly JsonTypeInfo<T>? _type;
    private long _dropped;

    internal NatsSubscription(NatsConnection connection, long id, string subject, string? queueGroup, int capacity)
        : base(connection, id, subject, queueGroup)
    {
        _type = typeof(T) == typeof(NatsBody) ? null : connection.TypeInfo<T>();
        _channel = Channel.CreateBounded<NatsMsg<T>>(new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest }, OnDropped);
    }

    /// <summary>What has arrived, oldest first.</summary>
    public ChannelReader<NatsMsg<T>> Messages => _channel.Reader;

    /// <summary>Messages that were dropped because nobody read them in time.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Every message until the subscription is disposed or the token is cancelled.</summary>
    public IAsyncEnumerable<NatsMsg<T>> ReadAllAsync(CancellationToken cancellationToken = default) =>
        _channel.Reader.ReadAllAsync(cancellationToken);

    /// <summary>Ends it; what has arrived can still be read.</summary>
    public ValueTask DisposeAsync()
    {
        _channel.Writer.TryComplete();
        Connection.Unsubscribe(this);
        return ValueTask.CompletedTask;
    }

    internal override void Deliver(string subject, string? replyTo, int status, ReadOnlySequence<byte> payload) =>
        _channel.Writer.TryWrite(status == StatusNoResponders
            ? new(subject, replyTo, default, new NatsNoRespondersException(subject), Connection)
            : Read(subject, replyTo, payload));

    internal override void Complete() => _channel.Writer.TryComplete();

    private NatsMsg<T> Read(string subject, string? replyTo, ReadOnlySequence<byte> payload)
    {
        if (_type is null) return new(subject, replyTo, (T)(object)new NatsBody(payload.ToArray()), null, Connection);
        try
        {
            var reader = new Utf8JsonReader(payload);
            var data = JsonSerializer.Deserialize(ref reader, _type);
            if (reader.Read()) throw new JsonException("Something follows the message.");
            return new(subject, replyTo, data, null, Connection);
        }
        catch (Exception e)
        {
            // Whatever a converter or constructor throws: one sender's message must not end the connection for all.
            return new(subject, replyTo, default, e, Connection);
        }
    }

    /// <summary>Told of the first, then ever more seldom.</summary>
    private void OnDropped(NatsMsg<T> message)
    {
        var total = Interlocked.Increment(ref _dropped);
        if (BitOperations.IsPow2(total)) Connection.OnDropped(this, total);
    }
}
