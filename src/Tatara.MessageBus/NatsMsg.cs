namespace Tatara.MessageBus;

/// <summary>A message as received. A body that does not parse has <see cref="Error"/> set and no <see cref="Data"/>.</summary>
/// <param name="Subject">Where it was published to.</param>
/// <param name="ReplyTo">Where an answer goes, null when none is expected.</param>
public readonly record struct NatsMsg<T>(string Subject, string? ReplyTo, T? Data, Exception? Error, NatsConnection Connection)
{
    /// <summary>Answers. Does nothing when the sender expects no answer.</summary>
    public ValueTask ReplyAsync<TReply>(TReply reply, CancellationToken cancellationToken = default) =>
        ReplyTo is null ? ValueTask.CompletedTask : Connection.PublishAsync(ReplyTo, reply, cancellationToken: cancellationToken);
}

/// <summary>Subscribed to in place of a message's type: the bytes as they came, for whoever need not parse each.</summary>
public readonly record struct NatsBody(ReadOnlyMemory<byte> Bytes);
