using System.Threading.Channels;
using Tatara.Router.Proxy;

namespace Tatara.Router.AccessLog;

/// <summary>
/// Lines on their way from the proxy to the bus, gathered on pages that are used again and again. Writing never waits
/// for the bus: when it is slower than the requests, lines are dropped and counted.
/// </summary>
internal sealed class AccessLogQueue(TimeProvider time)
{
    /// <summary>16 MB: some seconds of a busy router.</summary>
    private const int MaxPages = 512;

    [ThreadStatic]
    private static byte[]? t_scratch;

    private readonly Lock _lock = new();
    private readonly Queue<AccessLogPage> _full = new();
    private readonly Stack<AccessLogPage> _free = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private AccessLogPage _current = new();
    private long _dropped;

    /// <summary>Writes the line of a finished exchange, if an app served it.</summary>
    public void Write(Exchange exchange, long finished)
    {
        if (exchange.Endpoint is not { Owner.App: not null } endpoint) return;
        var scratch = t_scratch ??= new byte[AccessLogFormat.MaxBytes];
        var length = AccessLogFormat.Write(exchange, endpoint, finished, time, scratch);
        bool isFirst;
        lock (_lock)
        {
            isFirst = _current.IsEmpty && _full.Count == 0;
            if (!_current.TryAdd(endpoint.Texts.LogHead, exchange.StartedAt, scratch.AsSpan(0, length)))
            {
                if (_full.Count == MaxPages)
                {
                    _dropped++;
                    return;
                }
                _full.Enqueue(_current);
                _current = _free.TryPop(out var page) ? page : new AccessLogPage();
                _current.TryAdd(endpoint.Texts.LogHead, exchange.StartedAt, scratch.AsSpan(0, length));
            }
        }
        if (isFirst) _signal.Writer.TryWrite(true);
    }

    /// <summary>Waits until there is something to take.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _signal.Reader.ReadAsync(cancellationToken);

    /// <summary>The oldest page, null when all is taken. Whoever takes it gives it back.</summary>
    public AccessLogPage? TryTake()
    {
        lock (_lock)
        {
            if (_full.TryDequeue(out var page)) return page;
            if (_current.IsEmpty) return null;
            page = _current;
            _current = _free.TryPop(out var free) ? free : new AccessLogPage();
            return page;
        }
    }

    public void Return(AccessLogPage page)
    {
        page.Clear();
        lock (_lock) _free.Push(page);
    }

    /// <summary>Lines lost since the last call.</summary>
    public long TakeDropped()
    {
        lock (_lock)
        {
            var dropped = _dropped;
            _dropped = 0;
            return dropped;
        }
    }
}
