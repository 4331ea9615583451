using System.Buffers;
using System.Threading.Channels;
using Tatara.Router.Proxy;

namespace Tatara.Router.AccessLog;

/// <summary>
/// Lines on their way from the proxy to the bus. Writing never waits: when the bus is slower than the requests,
/// lines are dropped and counted.
/// </summary>
internal sealed class AccessLogQueue(TimeProvider time)
{
    /// <summary>About two seconds of a busy router.</summary>
    private const int Capacity = 32_768;

    private readonly Channel<AccessLogLine> _lines = Channel.CreateBounded<AccessLogLine>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private long _dropped;

    public ChannelReader<AccessLogLine> Lines => _lines.Reader;

    /// <summary>Writes the line of a finished exchange, if an app served it.</summary>
    public void Write(Exchange exchange, long finished)
    {
        if (exchange.Endpoint is not { Owner.App: { } app } endpoint) return;
        var buffer = ArrayPool<byte>.Shared.Rent(AccessLogFormat.MaxBytes);
        var length = AccessLogFormat.Write(exchange, endpoint, finished, time, buffer);
        var line = new AccessLogLine(app, endpoint.Index ?? "0", exchange.StartedAt, buffer, length);
        if (_lines.Writer.TryWrite(line)) return;
        Interlocked.Increment(ref _dropped);
        line.Release();
    }

    /// <summary>Lines lost since the last call.</summary>
    public long TakeDropped() => Interlocked.Exchange(ref _dropped, 0);

    public void CountDropped(int lines) => Interlocked.Add(ref _dropped, lines);
}

/// <summary>A formatted line in pooled memory.</summary>
internal readonly record struct AccessLogLine(string App, string Index, DateTimeOffset At, byte[] Buffer, int Length)
{
    public byte[] ToArray() => Buffer.AsSpan(0, Length).ToArray();

    public void Release() => ArrayPool<byte>.Shared.Return(Buffer);
}
