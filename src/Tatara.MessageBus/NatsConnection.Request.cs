using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Tatara.MessageBus;

public sealed partial class NatsConnection
{
    /// <summary>Asks and waits for the first answer.</summary>
    /// <exception cref="NatsNoRespondersException">Nobody listens.</exception>
    /// <exception cref="NatsNoReplyException">Nobody answered in time.</exception>
    /// <exception cref="NatsException">The answer cannot be read.</exception>
    public async ValueTask<NatsMsg<TReply>> RequestAsync<TRequest, TReply>(
        string subject, TRequest data, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var patience = timeout ?? _options.RequestTimeout;
        await foreach (var reply in RequestManyAsync<TRequest, TReply>(subject, data, patience, cancellationToken))
        {
            if (reply.Error is NatsNoRespondersException) throw new NatsNoRespondersException(subject);
            return reply.Error is null ? reply : throw new NatsException($"The answer from '{subject}' cannot be read.", reply.Error);
        }
        throw new NatsNoReplyException(subject, patience);
    }

    /// <summary>
    /// Asks and yields every answer that arrives in time (scatter and gather, or a task that reports twice). When nobody listens
    /// it yields one message with a <see cref="NatsNoRespondersException"/> as its error, and ends.
    /// </summary>
    public async IAsyncEnumerable<NatsMsg<TReply>> RequestManyAsync<TRequest, TReply>(
        string subject, TRequest data, TimeSpan timeout, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        var inbox = NewInbox();
        await using var subscription = await SubscribeCoreAsync<TReply>(inbox, cancellationToken: cancellationToken);
        var isAsked = false;
        while (true)
        {
            NatsMsg<TReply> message;
            try
            {
                if (!isAsked) await PublishAsync(subject, data, inbox, deadline.Token);
                isAsked = true;
                message = await subscription.Messages.ReadAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                yield break;
            }
            catch (ChannelClosedException)
            {
                throw new ObjectDisposedException(nameof(NatsConnection));
            }
            yield return message;
            if (message.Error is NatsNoRespondersException) yield break;
        }
    }

    /// <summary>A subject that nobody else uses, for answers.</summary>
    private string NewInbox() => _options.InboxPrefix + "." + Guid.NewGuid().ToString("N");
}
