using Microsoft.Extensions.Logging;
using Tatara.Dea.State;
using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>
/// The machine's ports that lead to instances. Handed out in turn, and again only when every router has forgotten the last
/// owner's route: an unregistration may be lost, and what stale routes lead to must not be another app.
/// </summary>
internal sealed partial class PortPool
{
    /// <summary>A router forgets an endpoint after 120 s, which it may notice 30 s late.</summary>
    private static readonly TimeSpan ShortestRest = TimeSpan.FromSeconds(180);

    /// <summary>What a router may be late, and its clock differ.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(60);

    /// <summary>No router asks for a longer one in earnest.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromHours(1);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _file;
    private readonly (int First, int Last) _range;
    private readonly Lock _lock = new();
    private readonly HashSet<int> _used = [];
    private readonly Dictionary<int, DateTimeOffset> _released;
    private int _next;
    private TimeSpan _rest = ShortestRest;
    private bool _isBusAway = true;

    public PortPool(DeaOptions options, TimeProvider time, ILogger<PortPool> logger)
    {
        (_time, _logger, _range) = (time, logger, (options.FirstPort, options.LastPort));
        _file = Path.Combine(options.DataDirectory, "ports.json");
        var history = AtomicFile.Read(_file, DeaJson.Default.PortHistory);
        _released = new Dictionary<int, DateTimeOffset>(history?.Released ?? new Dictionary<int, DateTimeOffset>());
        _next = history is not null && IsOurs(history.Next) ? history.Next : options.FirstPort;
    }

    /// <summary>Takes a port, or null when all are in use or resting. Not saved: the instance's own record names it before anybody is told.</summary>
    public int? Take()
    {
        lock (_lock)
        {
            ForgetRested();
            if (Find() is not { } found) return null;
            _used.Add(found);
            _next = found == _range.Last ? _range.First : found + 1;
            return found;
        }
    }

    /// <summary>Marks the port of an instance that was running before this DEA was started.</summary>
    public void Adopt(int port)
    {
        if (!IsOurs(port)) return; // It had none yet.
        lock (_lock)
        {
            _used.Add(port);
            if (port >= _next) _next = port == _range.Last ? _range.First : port + 1;
        }
    }

    public void Release(int port)
    {
        lock (_lock)
        {
            if (!_used.Remove(port)) return;
            _released[port] = _time.GetUtcNow();
            Save();
        }
    }

    /// <summary>Nobody hears unregistrations, and routers forget nothing: no rest ends before the bus is back.</summary>
    public void OnBusLost()
    {
        lock (_lock)
        {
            ForgetRested();
            _isBusAway = true;
        }
    }

    /// <summary>Routers count all they know as fresh now; so every rest begins again.</summary>
    public void OnBusBack()
    {
        lock (_lock)
        {
            _isBusAway = false;
            foreach (var port in _released.Keys.ToList()) _released[port] = _time.GetUtcNow();
            Save();
        }
    }

    /// <summary>A router says how long it remembers.</summary>
    public void Follow(RouterGreeting greeting)
    {
        var asked = TimeSpan.FromSeconds(greeting.PruneThresholdInSeconds) + Margin;
        lock (_lock)
            if (asked > _rest) _rest = asked < LongestRest ? asked : LongestRest;
    }

    private int? Find()
    {
        var count = _range.Last - _range.First + 1;
        for (var i = 0; i < count; i++)
        {
            var port = _range.First + ((_next - _range.First + i) % count);
            if (!_used.Contains(port) && !_released.ContainsKey(port)) return port;
        }
        return null;
    }

    private void ForgetRested()
    {
        if (_isBusAway) return;
        var now = _time.GetUtcNow();
        foreach (var (port, _) in _released.Where(r => now - r.Value >= _rest).ToList()) _released.Remove(port);
    }

    private bool IsOurs(int port) => port >= _range.First && port <= _range.Last;

    private void Save()
    {
        try
        {
            AtomicFile.Write(_file, new PortHistory(_next, _released), DeaJson.Default.PortHistory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotSaved(_logger, _file, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{File} cannot be written: {Reason}. After a restart of this DEA ports may be used again early.")]
        public static partial void NotSaved(ILogger logger, string file, string reason);
    }
}

/// <summary>What the next run has to know of ports.</summary>
/// <param name="Next">Whose turn it is.</param>
/// <param name="Released">When each port was given back that may still be somebody's route.</param>
internal sealed record PortHistory(int Next, IReadOnlyDictionary<int, DateTimeOffset> Released);
