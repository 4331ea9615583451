using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tatara.Dea.Linux;
using Tatara.Dea.Logs;
using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>The log of each instance: what its container writes, and what the DEA ("cell") has to say about it.</summary>
internal sealed class InstanceLogs : IAsyncDisposable
{
    private readonly DeaOptions _options;
    private readonly InstanceStore _store;
    private readonly LogSender _sender;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly FileWatch _watch;
    private readonly ConcurrentDictionary<string, LogTail> _tails = new(StringComparer.Ordinal);
    private readonly LogStream _cell;

    public InstanceLogs(DeaOptions options, InstanceStore store, LogSender sender, FileWatch watch, TimeProvider time, ILogger<InstanceLogs> logger)
    {
        (_options, _store, _sender, _watch, _time, _logger) = (options, store, sender, watch, time, logger);
        _cell = new LogStream($"cell-{options.Id}-{time.GetUtcNow().ToUnixTimeMilliseconds()}", sender);
    }

    /// <summary>The guid of the app an instance belongs to; log lines are found by it.</summary>
    public static string AppGuidOf(InstanceRecord instance) =>
        instance.Start.VcapApplication is { ValueKind: JsonValueKind.Object } application
        && application.TryGetProperty("application_id", out var id) && id.ValueKind == JsonValueKind.String
            ? id.GetString()! : instance.Start.Droplet;

    /// <summary>Begins, or goes on, to bring what the container writes to log-cache.</summary>
    public void Follow(Instance instance)
    {
        var container = instance.Container!;
        var source = new LogTailSource(
            instance.Guid, container.LogFile, () => container.LoggedBytes, Path.Combine(_store.DirectoryOf(instance.Guid), "log-position.json"),
            AppGuidOf(instance.Record), IndexOf(instance), SourceTypeOf(instance),
            instance.Start.Limits.LogRate, text => WriteApp(instance, LogTypes.Out, text));
        _tails[instance.Guid] = new LogTail(source, _sender, _watch, _time);
    }

    /// <summary>Bytes that an instance has logged since the DEA follows it.</summary>
    public long BytesOf(Instance instance) => _tails.TryGetValue(instance.Guid, out var tail) ? tail.Bytes : 0;

    /// <summary>The container has ended: brings the rest of its lines, for a bounded time.</summary>
    public async Task FinishAsync(Instance instance)
    {
        if (!_tails.TryRemove(instance.Guid, out var tail)) return;
        if (!await tail.FinishAsync(_options.LogFlushTimeout))
            _logger.LogWarning("The last log lines of instance {Instance} could not be brought to log-cache within {Patience}.", instance.Guid, _options.LogFlushTimeout);
        await tail.DisposeAsync();
    }

    /// <summary>A word of the DEA.</summary>
    public void WriteCell(Instance instance, string text) => Write(instance, "CELL", LogTypes.Out, text);

    /// <summary>A word of the DEA in the app's own name, as about its exit.</summary>
    public void WriteApp(Instance instance, string type, string text) => Write(instance, SourceTypeOf(instance), type, text);

    public async ValueTask DisposeAsync()
    {
        foreach (var tail in _tails.Values) await tail.DisposeAsync();
        await _cell.FinishAsync(TimeSpan.FromSeconds(1));
        await _cell.DisposeAsync();
    }

    private void Write(Instance instance, string sourceType, string type, string text)
    {
        var nanoseconds = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        var entry = new LogEntry(AppGuidOf(instance.Record), IndexOf(instance), sourceType, nanoseconds, type, Encoding.UTF8.GetBytes(text));
        if (!_cell.TryWrite(entry)) _logger.LogWarning("Log-cache has been away for long; a message about instance {Instance} is lost.", instance.Guid);
    }

    private static string IndexOf(Instance instance) => instance.Start.Index.ToString(CultureInfo.InvariantCulture);

    private static string SourceTypeOf(Instance instance) => "APP/PROC/" + (instance.Start.ProcessType ?? "web").ToUpperInvariant();
}
