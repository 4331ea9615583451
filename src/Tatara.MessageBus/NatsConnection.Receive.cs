using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;

namespace Tatara.MessageBus;

public sealed partial class NatsConnection
{
    /// <summary>Longest protocol line that is believed: the server's own limit is 4 KB for a control line, INFO may be longer.</summary>
    private const int MaxLineBytes = 64 * 1024;

    /// <summary>Largest message body that is believed: no server can be configured to take more.</summary>
    internal const int MaxPayloadBytes = 64 * 1024 * 1024;

    private async Task ReadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            while (TryReadFrame(ref buffer))
            {
            }
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted) return;
        }
    }

    /// <summary>Handles one whole frame; false when there is none yet.</summary>
    private bool TryReadFrame(ref ReadOnlySequence<byte> buffer)
    {
        var head = buffer.Length > MaxLineBytes ? buffer.Slice(0, MaxLineBytes) : buffer;
        if (head.PositionOf((byte)'\n') is not { } end)
            return head.Length < MaxLineBytes ? false : throw new NatsException("The server sends a line that never ends.");
        var lineSequence = buffer.Slice(0, end);
        var line = (lineSequence.IsSingleSegment ? lineSequence.FirstSpan : lineSequence.ToArray()).TrimEnd((byte)'\r');
        var rest = buffer.Slice(buffer.GetPosition(1, end));
        if (line.StartsWith("MSG "u8) || line.StartsWith("HMSG "u8)) return TryReadMessage(MessageLine.Parse(line), line, rest, ref buffer);
        buffer = rest;
        OnControl(line);
        return true;
    }

    private void OnControl(ReadOnlySpan<byte> line)
    {
        if (line.SequenceEqual("PING"u8)) _outgoing.Control("PONG\r\n");
        else if (line.SequenceEqual("PONG"u8)) OnPong();
        else if (line.StartsWith("-ERR"u8)) OnServerError(Shorten(Encoding.UTF8.GetString(line)));
        else if (!line.StartsWith("INFO "u8) && !line.SequenceEqual("+OK"u8)) throw Unexpected(Encoding.UTF8.GetString(line));
    }

    private bool TryReadMessage(in MessageLine message, ReadOnlySpan<byte> line, ReadOnlySequence<byte> rest, ref ReadOnlySequence<byte> buffer)
    {
        if (rest.Length < message.Size + 2) return false;
        Span<byte> end = stackalloc byte[2];
        rest.Slice(message.Size, 2).CopyTo(end);
        if (!end.SequenceEqual("\r\n"u8)) throw new NatsException("The server sends a message that is longer or shorter than it says.");
        // A subscription that is gone still gets what the server had sent before it knew.
        if (_subscriptions.TryGetValue(message.SubscriptionId, out var subscription))
        {
            var subject = subscription.SubjectFrom(line[message.Subject]);
            var replyTo = message.ReplyTo is { } range ? Encoding.UTF8.GetString(line[range]) : null;
            var status = message.HeadSize > 0 ? ReadStatus(rest.Slice(0, message.HeadSize)) : 0;
            subscription.Deliver(subject, replyTo, status, rest.Slice(message.HeadSize, message.Size - message.HeadSize));
        }
        buffer = rest.Slice(message.Size + 2);
        return true;
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

    /// <summary>The server goes on after these; after any other error it closes.</summary>
    private void OnServerError(string line)
    {
        var isHarmless = line.Contains("Permissions Violation", StringComparison.OrdinalIgnoreCase)
            || line.Contains("Invalid Subject", StringComparison.OrdinalIgnoreCase);
        if (!isHarmless) throw new NatsException($"The server says {line}");
        Log.ServerError(_logger, _options.Name, line);
    }
}
