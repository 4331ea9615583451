using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Tatara.MessageBus;

public sealed partial class NatsConnection
{
    /// <summary>Largest protocol line that is believed: the server's own limit is 4 KB for a control line, INFO may be longer.</summary>
    private const int MaxLineBytes = 64 * 1024;

    /// <summary>Largest message body that is believed; the server refuses more than its max_payload, 8 MB at most in ours.</summary>
    private const int MaxPayloadBytes = 64 * 1024 * 1024;

    private int _unansweredPings;

    /// <summary>1. dial the next server, 2. shake hands, 3. renew subscriptions, 4. read and write until it breaks, 5. wait, again.</summary>
    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var wait = _options.ReconnectWait;
        for (var attempt = 0; !cancellationToken.IsCancellationRequested; attempt++)
        {
            var server = _options.Servers[attempt % _options.Servers.Count];
            try
            {
                using var socket = await DialAsync(server, cancellationToken);
                await using var stream = new NetworkStream(socket, ownsSocket: false);
                var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024));
                await ShakeHandsAsync(stream, reader, cancellationToken);
                wait = _options.ReconnectWait;
                Log.Connected(_logger, _options.Name, server);
                await ServeAsync(stream, reader, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (e is IOException or SocketException or NatsException or OperationCanceledException or FormatException)
            {
                Log.Disconnected(_logger, _options.Name, server, e.Message, wait.TotalMilliseconds);
            }
            MarkDisconnected();
            try
            {
                await Task.Delay(wait * (0.75 + Random.Shared.NextDouble() / 2), cancellationToken);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            wait = wait * 2 > _options.ReconnectWaitMax ? _options.ReconnectWaitMax : wait * 2;
        }
    }

    private async Task<Socket> DialAsync(string server, CancellationToken cancellationToken)
    {
        var colon = server.LastIndexOf(':');
        var (host, port) = colon < 0
            ? (server, 4222)
            : (server[..colon], int.Parse(server.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture));
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.ConnectTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, timeout.Token);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task ShakeHandsAsync(NetworkStream stream, PipeReader reader, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.ConnectTimeout);
        var info = await ReadLineAsync(reader, timeout.Token);
        if (!info.StartsWith("INFO ", StringComparison.OrdinalIgnoreCase))
            throw new NatsException($"The server greets with '{Shorten(info)}' instead of INFO: is it a NATS server?");
        var hello = new StringBuilder("CONNECT ").Append(ConnectBody()).Append("\r\n");
        foreach (var subscription in _subscriptions.Values) hello.Append(SubscribeLine(subscription));
        hello.Append("PING\r\n");
        await stream.WriteAsync(Encoding.UTF8.GetBytes(hello.ToString()), timeout.Token);
        while (true)
        {
            var line = await ReadLineAsync(reader, timeout.Token);
            if (line.StartsWith("PONG", StringComparison.OrdinalIgnoreCase)) return;
            if (line.StartsWith("-ERR", StringComparison.OrdinalIgnoreCase)) throw new NatsException($"The server refuses: {Shorten(line)}");
        }
    }

    private string ConnectBody() => JsonSerializer.Serialize(new ConnectOptions(
        Verbose: false, Pedantic: false, TlsRequired: false, Name: _options.Name, Lang: "dotnet", Version: "1",
        Protocol: 1, Headers: true, NoResponders: true, User: _options.User, Pass: _options.Password), NatsJson.Default.ConnectOptions);

    private async Task ServeAsync(NetworkStream stream, PipeReader reader, CancellationToken cancellationToken)
    {
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _unansweredPings = 0;
        var writing = WriteAsync(stream, session.Token);
        var pinging = PingAsync(session.Token);
        _connected.TrySetResult();
        Connected?.Invoke();
        var reading = ReadAsync(reader, session.Token);
        var first = await Task.WhenAny(reading, writing, pinging);
        await session.CancelAsync();
        await Task.WhenAll(reading, writing, pinging).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
        throw new NatsException("The server closed the connection.");
    }

    private async Task WriteAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        while (true) await stream.WriteAsync(await _outgoing.TakeAsync(cancellationToken), cancellationToken);
    }

    private async Task PingAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(_options.PingInterval, cancellationToken);
            if (Interlocked.Increment(ref _unansweredPings) > 2) throw new NatsException("The server does not answer pings.");
            _outgoing.Control("PING\r\n");
        }
    }

    private async Task ReadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            while (TryReadFrame(ref buffer)) { }
            if (buffer.Length > MaxPayloadBytes + MaxLineBytes) throw new NatsException("The server sends a frame that never ends.");
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted) return;
        }
    }

    /// <summary>Handles one whole frame; false when there is none yet.</summary>
    private bool TryReadFrame(ref ReadOnlySequence<byte> buffer)
    {
        if (buffer.PositionOf((byte)'\n') is not { } end)
        {
            return buffer.Length <= MaxLineBytes || StartsWithMessage(buffer)
                ? false
                : throw new NatsException("The server sends a line that never ends.");
        }
        var lineSequence = buffer.Slice(0, end);
        var rest = buffer.Slice(buffer.GetPosition(1, end));
        if (lineSequence.Length > MaxLineBytes) throw new NatsException("The server sends a line that is too long.");
        Span<byte> scratch = lineSequence.IsSingleSegment ? default : new byte[lineSequence.Length];
        if (!lineSequence.IsSingleSegment) lineSequence.CopyTo(scratch);
        var line = (lineSequence.IsSingleSegment ? lineSequence.FirstSpan : scratch).TrimEnd((byte)'\r');
        if (line.StartsWith("MSG "u8) || line.StartsWith("HMSG "u8)) return TryReadMessage(line, rest, ref buffer);
        buffer = rest;
        if (line.StartsWith("PING"u8)) _outgoing.Control("PONG\r\n");
        else if (line.StartsWith("PONG"u8)) Interlocked.Exchange(ref _unansweredPings, 0);
        else if (line.StartsWith("-ERR"u8)) OnServerError(Encoding.UTF8.GetString(line));
        return true;
    }

    private static bool StartsWithMessage(ReadOnlySequence<byte> buffer) => buffer.FirstSpan is [(byte)'M' or (byte)'H', ..];

    /// <summary>MSG subject sid [reply] size, or HMSG subject sid [reply] headSize size.</summary>
    private bool TryReadMessage(ReadOnlySpan<byte> line, ReadOnlySequence<byte> rest, ref ReadOnlySequence<byte> buffer)
    {
        var hasHead = line[0] == 'H';
        Span<Range> parts = stackalloc Range[7];
        var count = Split(line, parts);
        var numbers = hasHead ? 2 : 1;
        if (count < 3 + numbers || count > 4 + numbers) throw new NatsException("The server sends a malformed message line.");
        if (!Utf8Parser.TryParse(line[parts[2]], out long id, out _)
            || !Utf8Parser.TryParse(line[parts[count - 1]], out int size, out _)
            || size < 0 || size > MaxPayloadBytes)
            throw new NatsException("The server sends a message line with bad numbers.");
        var headSize = 0;
        if (hasHead && (!Utf8Parser.TryParse(line[parts[count - 2]], out headSize, out _) || headSize < 0 || headSize > size))
            throw new NatsException("The server sends a message line with bad numbers.");
        if (rest.Length < size + 2) return false;
        if (_subscriptions.TryGetValue(id, out var subscription))
        {
            var replyTo = count == 4 + numbers ? Encoding.UTF8.GetString(line[parts[3]]) : null;
            var status = hasHead ? ReadStatus(rest.Slice(0, headSize)) : 0;
            subscription.Deliver(Encoding.UTF8.GetString(line[parts[1]]), replyTo, status, rest.Slice(headSize, size - headSize));
        }
        buffer = rest.Slice(size + 2);
        return true;
    }

    private static int Split(ReadOnlySpan<byte> line, Span<Range> parts)
    {
        var count = 0;
        for (var at = 0; at < line.Length;)
        {
            if (line[at] is (byte)' ' or (byte)'\t')
            {
                at++;
                continue;
            }
            var length = line[at..].IndexOfAny((byte)' ', (byte)'\t');
            var end = length < 0 ? line.Length : at + length;
            if (count == parts.Length) return count + 1;
            parts[count++] = at..end;
            at = end;
        }
        return count;
    }

    /// <summary>"NATS/1.0 503" and the like; 0 when there is no status.</summary>
    private static int ReadStatus(ReadOnlySequence<byte> head)
    {
        var prefix = "NATS/1.0 "u8;
        Span<byte> start = stackalloc byte[prefix.Length + 3];
        if (head.Length < start.Length) return 0;
        head.Slice(0, start.Length).CopyTo(start);
        return start.StartsWith(prefix) && Utf8Parser.TryParse(start[prefix.Length..], out int status, out _) ? status : 0;
    }

    private void OnServerError(string line)
    {
        if (line.Contains("Permissions Violation", StringComparison.OrdinalIgnoreCase)) Log.ServerError(_logger, _options.Name, line);
        else throw new NatsException(line);
    }

    private void MarkDisconnected()
    {
        if (!IsConnected) return;
        _connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Disconnected?.Invoke();
    }

    private static async Task<string> ReadLineAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.UTF8.GetString(result.Buffer.Slice(0, end)).TrimEnd('\r');
                reader.AdvanceTo(result.Buffer.GetPosition(1, end));
                return line;
            }
            if (result.IsCompleted) throw new NatsException("The server closed the connection during the handshake.");
            if (result.Buffer.Length > MaxLineBytes) throw new NatsException("The server greets with a line that never ends.");
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "…";

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Name}: connected to the bus at {Server}")]
        public static partial void Connected(ILogger logger, string name, string server);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Name}: the bus at {Server} is away ({Reason}); next try in {Wait:0} ms")]
        public static partial void Disconnected(ILogger logger, string name, string server, string reason, double wait);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Name}: the bus refused: {Line}")]
        public static partial void ServerError(ILogger logger, string name, string line);
    }
}
