using System.Buffers;
using System.Text;

namespace Tatara.MessageBus;

/// <summary>The part of a subscription that does not depend on its body's type.</summary>
public abstract class NatsSubscriptionBase
{
    private readonly byte[] _subjectBytes;

    private protected NatsSubscriptionBase(NatsConnection connection, long id, string subject, string? queueGroup)
    {
        Connection = connection;
        Id = id;
        Subject = subject;
        QueueGroup = queueGroup;
        _subjectBytes = Encoding.UTF8.GetBytes(subject);
    }

    internal NatsConnection Connection { get; }
    internal long Id { get; }

    /// <summary>What it listens to.</summary>
    public string Subject { get; }

    /// <summary>The group whose members share the messages, or null.</summary>
    public string? QueueGroup { get; }

    /// <summary>A message's subject as text; without a wildcard it is the subscription's own.</summary>
    internal string SubjectFrom(ReadOnlySpan<byte> bytes) => bytes.SequenceEqual(_subjectBytes) ? Subject : Encoding.UTF8.GetString(bytes);

    internal abstract void Deliver(string subject, string? replyTo, int status, ReadOnlySequence<byte> payload);
    internal abstract void Complete();
}
