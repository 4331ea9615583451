using System.Text;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.Logs;

/// <summary>Writes the API's own lines into an app's log ("Updated app with guid …").</summary>
internal sealed class ApiLog(NatsConnection bus, CloudControllerOptions options, TimeProvider time)
{
    private readonly string _stream = $"{options.Name}/{time.GetUtcNow().ToUnixTimeMilliseconds()}/{Guid.NewGuid():N}";
    private readonly SemaphoreSlim _turn = new(1);
    private long _sequence;

    /// <summary>Does not wait for log-cache: a line that is lost with the bus is no reason to fail a request.</summary>
    public Task WriteAsync(string appGuid, string line, CancellationToken cancellationToken) => WriteAsync("API", appGuid, line, cancellationToken);

    /// <summary>A line among those of staging, which a user sees while pushing.</summary>
    public Task WriteStagingAsync(string appGuid, string line, CancellationToken cancellationToken) => WriteAsync("STG", appGuid, line, cancellationToken);

    private async Task WriteAsync(string source, string appGuid, string line, CancellationToken cancellationToken)
    {
        var ticks = time.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        var entry = new LogEntry(appGuid, "0", source, ticks * 100, LogTypes.Out, Encoding.UTF8.GetBytes(line));
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // The turn keeps numbers and messages in the same order.
            await bus.PublishAsync(Subjects.Logs, new LogBatch(_stream, _sequence, [entry]), cancellationToken: cancellationToken);
            _sequence++;
        }
        finally
        {
            _turn.Release();
        }
    }
}
