using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Tatara.MessageBus;

/// <summary>
/// A connection to a NATS server, shaped like NATS.Net 2's. It connects on first use, connects again by itself
/// and then subscribes to everything anew. Delivery is at most once, as on any core NATS.
/// </summary>
/// <remarks>Protocol: https://docs.nats.io/reference/reference-protocols/nats-protocol</remarks>
public sealed partial class NatsConnection : IAsyncDisposable
{
    internal const int StatusNoResponders = 503;

    private readonly NatsOptions _options;
    private readonly ILogger _logger;
    private readonly OutgoingBuffer _outgoing;
    private readonly ConcurrentDictionary<long, NatsSubscriptionBase> _subscriptions = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _startLock = new();
    private TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _loop;
    private long _lastId;

    public NatsConnection(NatsOptions options, ILogger<NatsConnection>? logger = null)
    {
        _options = options;
        _logger = logger ?? NullLogger<NatsConnection>.Instance;
        _outgoing = new OutgoingBuffer(options.MaxPendingBytes);
    }

    /// <summary>Whether the server answers at this moment.</summary>
    public bool IsConnected => _connected.Task.IsCompletedSuccessfully;

    /// <summary>Raised each time the connection was established, after all subscriptions were renewed.</summary>
    public event Action? Connected;

    /// <summary>Raised each time the connection was lost.</summary>
    public event Action? Disconnected;

    /// <summary>Waits until the server answers. Tries for as long as the token allows.</summary>
    public Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        Start();
        return _connected.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Publishes. Returns when the message is on its way out; waits while the bus is away and the buffer is full.</summary>
    public ValueTask PublishAsync<T>(string subject, T data, string? replyTo = null, CancellationToken cancellationToken = default)
    {
        Start();
        var body = JsonSerializer.SerializeToUtf8Bytes(data, TypeInfo<T>());
        return _outgoing.PublishAsync(subject, replyTo, body, cancellationToken);
    }

    /// <summary>Listens to a subject. The server knows of it before any later publish of this connection.</summary>
    public ValueTask<NatsSubscription<T>> SubscribeCoreAsync<T>(
        string subject, string? queueGroup = null, CancellationToken cancellationToken = default)
    {
        ValidateSubject(subject);
        Start();
        var subscription = new NatsSubscription<T>(this, Interlocked.Increment(ref _lastId), subject, queueGroup, _options.SubscriptionCapacity);
        _subscriptions[subscription.Id] = subscription;
        _outgoing.Control(SubscribeLine(subscription));
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

    /// <summary>Asks and waits for the first answer.</summary>
    /// <exception cref="NatsNoRespondersException">Nobody listens.</exception>
    /// <exception cref="NatsNoReplyException">Nobody answered in time.</exception>
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

    /// <summary>Asks and yields every answer that arrives in time (scatter and gather, or a task that reports twice).</summary>
    public async IAsyncEnumerable<NatsMsg<TReply>> RequestManyAsync<TRequest, TReply>(
        string subject, TRequest data, TimeSpan timeout, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        var inbox = NewInbox();
        await using var subscription = await SubscribeCoreAsync<TReply>(inbox, cancellationToken: cancellationToken);
        await PublishAsync(subject, data, inbox, cancellationToken);
        while (true)
        {
            NatsMsg<TReply> message;
            try
            {
                message = await subscription.Messages.ReadAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                yield break;
            }
            catch (System.Threading.Channels.ChannelClosedException)
            {
                yield break;
            }
            yield return message;
        }
    }

    /// <summary>A subject that nobody else uses, for answers.</summary>
    public static string NewInbox() => "_INBOX." + Guid.NewGuid().ToString("N");

    /// <summary>Sends what waits, for at most a second, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested) return;
        if (IsConnected) await _outgoing.DrainAsync(TimeSpan.FromSeconds(1));
        await _closing.CancelAsync();
        if (_loop is not null) await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var subscription in _subscriptions.Values) subscription.Complete();
        _closing.Dispose();
    }

    internal T? Deserialize<T>(ReadOnlySequence<byte> payload)
    {
        var reader = new Utf8JsonReader(payload);
        return JsonSerializer.Deserialize(ref reader, TypeInfo<T>());
    }

    internal ValueTask UnsubscribeAsync(NatsSubscriptionBase subscription)
    {
        if (_subscriptions.TryRemove(subscription.Id, out _)) _outgoing.Control($"UNSUB {subscription.Id}\r\n");
        return ValueTask.CompletedTask;
    }

    private JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)_options.Json.GetTypeInfo(typeof(T));

    private static string SubscribeLine(NatsSubscriptionBase s) =>
        s.QueueGroup is null ? $"SUB {s.Subject} {s.Id}\r\n" : $"SUB {s.Subject} {s.QueueGroup} {s.Id}\r\n";

    internal static void ValidateSubject(string subject)
    {
        if (subject.Length == 0 || subject.AsSpan().IndexOfAny(" \t\r\n") >= 0)
            throw new ArgumentException($"'{subject}' is not a subject: it is empty or has white space.", nameof(subject));
    }

    private void Start()
    {
        if (_loop is not null) return;
        lock (_startLock)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            _loop ??= Task.Run(() => RunAsync(_closing.Token));
        }
    }
}
