using System.Text.Json;

namespace Tatara.MessageBus;

public sealed partial class NatsConnection
{
    /// <summary>What the server said that it takes; it closes the connection on a larger body.</summary>
    private int _maxPayload = int.MaxValue;

    /// <summary>Publishes. Returns when the message is on its way out; waits while the bus is away and the buffer is full.</summary>
    /// <exception cref="NatsException">The body is larger than the server takes.</exception>
    public ValueTask PublishAsync<T>(string subject, T data, string? replyTo = null, CancellationToken cancellationToken = default)
    {
        if (replyTo is not null) Subject.Validate(replyTo);
        return PublishBytesAsync(subject, JsonSerializer.SerializeToUtf8Bytes(data, TypeInfo<T>()), replyTo, cancellationToken);
    }

    /// <summary>Publishes what the caller has serialized; the memory is free again when this returns.</summary>
    /// <exception cref="NatsException">The body is larger than the server takes.</exception>
    public ValueTask PublishBytesAsync(string subject, ReadOnlyMemory<byte> body, string? replyTo = null, CancellationToken cancellationToken = default)
    {
        Subject.Validate(subject);
        Start();
        if (body.Length > _maxPayload) throw new NatsException($"A message of {body.Length} bytes to '{subject}': the bus takes {_maxPayload} at most.");
        return _outgoing.PublishAsync(subject, replyTo, body, cancellationToken);
    }
}
