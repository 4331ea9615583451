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
        Subject.Validate(subject);
        if (replyTo is not null) Subject.Validate(replyTo);
        Start();
        var body = JsonSerializer.SerializeToUtf8Bytes(data, TypeInfo<T>());
        if (body.Length > _maxPayload) throw new NatsException($"A message of {body.Length} bytes to '{subject}': the bus takes {_maxPayload} at most.");
        return _outgoing.PublishAsync(subject, replyTo, body, cancellationToken);
    }
}
