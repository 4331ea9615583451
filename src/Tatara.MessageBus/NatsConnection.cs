using System.Collections.Concurrent;
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
    /// <summary>How long closing waits for the server to take what was published.</summary>
    private static readonly TimeSpan FlushPatience = TimeSpan.FromSeconds(1);

    private readonly NatsOptions _options;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<ServerAddress> _servers;
    private readonly OutgoingBuffer _outgoing;
    private readonly ConcurrentDictionary<long, NatsSubscriptionBase> _subscriptions = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _stateLock = new();
    private volatile TaskCompletionSource _connected = NewConnected();
    private readonly Lock _handlersLock = new();
    private Action? _onConnected;
    private bool _isUp;
    private Task? _loop;
    private bool _isDisposed;
    private long _lastId;

    /// <summary>Does not connect yet.</summary>
    /// <exception cref="ArgumentException">The options name no server, or one that is no address.</exception>
    public NatsConnection(NatsOptions options, ILogger<NatsConnection>? logger = null)
    {
        _options = options;
        _logger = logger ?? NullLogger<NatsConnection>.Instance;
        _servers = [.. options.Servers.Select(ServerAddress.Parse)];
        if (_servers.Count == 0) throw new ArgumentException("No server of the bus is given.", nameof(options));
        _outgoing = new OutgoingBuffer(options.MaxPendingBytes);
    }

    /// <summary>Whether the server answers at this moment.</summary>
    public bool IsConnected => _connected.Task.IsCompletedSuccessfully;

    /// <summary>
    /// Raised each time the connection was established, after all subscriptions were renewed. Who comes when it is there already is told at once: parts
    /// that share a connection start in any order. An exception is logged and goes no further.
    /// </summary>
    public event Action? Connected
    {
        add
        {
            bool isUp;
            lock (_handlersLock)
            {
                _onConnected += value;
                isUp = _isUp;
            }
            if (isUp) Raise(value);
        }
        remove
        {
            lock (_handlersLock) _onConnected -= value;
        }
    }

    /// <summary>Raised each time the connection was lost.</summary>
    public event Action? Disconnected;

    /// <summary>Waits until the server answers. Tries for as long as the token allows.</summary>
    public Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        Start();
        return _connected.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Waits until the server has handled all that this connection published and subscribed to before, and returns how long that took.</summary>
    /// <exception cref="NatsException">The connection was lost meanwhile.</exception>
    public async ValueTask<TimeSpan> PingAsync(CancellationToken cancellationToken = default)
    {
        await ConnectAsync(cancellationToken);
        var begin = TimeProvider.System.GetTimestamp();
        var pong = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        SendPing(pong);
        await pong.Task.WaitAsync(cancellationToken);
        return TimeProvider.System.GetElapsedTime(begin);
    }

    /// <summary>Sends what waits, for at most a second, and closes. While the bus is away what waits is lost.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_stateLock)
        {
            if (_isDisposed) return;
            _isDisposed = true;
        }
        await FlushAsync();
        await _closing.CancelAsync();
        if (_loop is not null) await _loop;
        _outgoing.Close();
        FailPings(new ObjectDisposedException(nameof(NatsConnection)));
        var ended = NewConnected();
        ended.SetException(new ObjectDisposedException(nameof(NatsConnection)));
        _ = ended.Task.Exception;
        Interlocked.Exchange(ref _connected, ended).TrySetException(new ObjectDisposedException(nameof(NatsConnection)));
        foreach (var subscription in _subscriptions.Values) subscription.Complete();
        _closing.Dispose();
    }

    internal JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)_options.Json.GetTypeInfo(typeof(T));

    private async Task FlushAsync()
    {
        if (!IsConnected) return;
        var pong = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        SendPing(pong);
        await pong.Task.WaitAsync(FlushPatience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Start()
    {
        lock (_stateLock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _loop ??= Task.Run(() => RunAsync(_closing.Token));
        }
    }

    private static TaskCompletionSource NewConnected() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
