using Microsoft.Extensions.Logging;

namespace Tatara.Router.Loops;

/// <summary>
/// A thread that waits for many sockets at once and runs, one after the other, whatever becomes possible. What runs
/// here must not wait: names, disk and the bus are other threads' work, and their results come back by <see cref="Post"/>.
/// </summary>
internal sealed partial class Loop : IDisposable
{
    private const int EventsPerWait = 256;

    private readonly int _poll = Native.CreatePoll();
    private readonly int _wake = Native.CreateWake();
    private readonly Queue<Action> _ready = new();
    private readonly Queue<Action> _posted = new();
    private readonly Dictionary<int, Action> _listeners = [];
    private readonly Thread _thread;
    private readonly ILogger _logger;
    private readonly TimeSpan _sweepInterval;
    private LoopSocket?[] _sockets = new LoopSocket?[1024];
    private int _generation;
    private bool _isWoken;
    private bool _isEnding;
    private bool _isDisposed;

    /// <param name="sweepInterval">How often <see cref="Sweep"/> is raised.</param>
    public Loop(int index, TimeSpan sweepInterval, ILogger logger)
    {
        (Index, _sweepInterval, _logger) = (index, sweepInterval, logger);
        Native.Register(_poll, _wake, 0, Native.EventIn);
        _thread = new Thread(Run) { IsBackground = true, Name = $"loop-{index}" };
    }

    /// <summary>Which of the router's loops it is, from 0.</summary>
    public int Index { get; }

    /// <summary>Milliseconds, as of when this turn began. For deadlines, not for measuring.</summary>
    public long Now { get; private set; } = Environment.TickCount64;

    /// <summary>Raised now and then, for what may be late: deadlines and idle connections.</summary>
    public event Action? Sweep;

    /// <summary>Whether the caller runs on this loop.</summary>
    public bool IsCurrent => Thread.CurrentThread == _thread;

    public void Start() => _thread.Start();

    /// <summary>Runs something on the loop soon; nothing once it has ended. The one member for other threads.</summary>
    public void Post(Action action)
    {
        lock (_posted)
        {
            if (_isDisposed) return;
            _posted.Enqueue(action);
            if (_isWoken) return;
            _isWoken = true;
            Native.Wake(_wake);
        }
    }

    /// <summary>Runs something after what runs now.</summary>
    public void Enqueue(Action action) => _ready.Enqueue(action);

    public void Add(LoopSocket socket)
    {
        if (socket.Descriptor >= _sockets.Length) Array.Resize(ref _sockets, Math.Max(_sockets.Length * 2, socket.Descriptor + 1));
        socket.Generation = ++_generation;
        _sockets[socket.Descriptor] = socket;
        // Once for its life: the kernel tells of each change, and forgets the socket when it is closed.
        Native.Register(_poll, socket.Descriptor, socket.Generation, Native.EventIn | Native.EventOut | Native.EventPeerClosed | Native.EventEdge);
    }

    public void Remove(LoopSocket socket) => _sockets[socket.Descriptor] = null;

    /// <summary>Calls back while connections wait to be accepted. Of several loops the kernel wakes one.</summary>
    public void Listen(int listener, Action accept)
    {
        _listeners.Add(listener, accept);
        Native.Register(_poll, listener, 0, Native.EventIn | Native.EventExclusive);
    }

    public void StopListening(int listener)
    {
        if (_listeners.Remove(listener)) Native.Unregister(_poll, listener);
    }

    /// <summary>Ends the thread; its sockets stay as they are.</summary>
    public void Dispose()
    {
        Post(() => _isEnding = true);
        if (_thread.IsAlive) _thread.Join();
        lock (_posted)
        {
            // A descriptor closed twice may by then be another's.
            if (_isDisposed) return;
            _isDisposed = true;
            Native.Close(_poll);
            Native.Close(_wake);
        }
    }

    private void Run()
    {
        var events = new Native.Event[EventsPerWait];
        var sweepAt = Now;
        // Nothing here flows with a request, and to carry the nothing along costs each wait.
        ExecutionContext.SuppressFlow();
        while (!_isEnding)
        {
            var count = Native.Wait(_poll, events, (int)_sweepInterval.TotalMilliseconds);
            // First all news, then whoever waited for it: a request must not go out on a connection whose end is already known.
            Now = Environment.TickCount64;
            for (var i = 0; i < count; i++) Dispatch(events[i]);
            RunReady();
            if (Now < sweepAt) continue;
            sweepAt = Now + (long)_sweepInterval.TotalMilliseconds;
            Guarded(() => Sweep?.Invoke());
            RunReady();
        }
    }

    private void Dispatch(in Native.Event happened)
    {
        var descriptor = happened.Descriptor;
        if (descriptor == _wake)
        {
            Native.ClearWake(_wake);
            lock (_posted)
            {
                _isWoken = false;
                while (_posted.TryDequeue(out var action)) _ready.Enqueue(action);
            }
        }
        else if (happened.Generation == 0)
        {
            if (_listeners.TryGetValue(descriptor, out var accept)) _ready.Enqueue(accept);
        }
        else if (_sockets[descriptor] is { } socket && socket.Generation == happened.Generation)
        {
            socket.OnEvents(happened.Events);
        }
    }

    private void RunReady()
    {
        while (_ready.TryDequeue(out var action)) Guarded(action);
    }

    /// <summary>A bug in one connection must not end all the others.</summary>
    private void Guarded(Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // Whatever it is, the loop goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.Failed(_logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Something on a loop failed.")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}
