using System.Buffers.Text;

namespace Tatara.MessageBus;

/// <summary>The line before a message's body: MSG subject sid [reply] size, or HMSG subject sid [reply] headSize size.</summary>
internal readonly record struct MessageLine(Range Subject, long SubscriptionId, Range? ReplyTo, int HeadSize, int Size)
{
    private const int MaxParts = 6;

    /// <exception cref="NatsException">It is no such line.</exception>
    public static MessageLine Parse(ReadOnlySpan<byte> line)
    {
        var hasHead = line[0] == 'H';
        var numbers = hasHead ? 2 : 1;
        Span<Range> parts = stackalloc Range[MaxParts];
        var count = Split(line, parts);
        if (count != 3 + numbers && count != 4 + numbers) throw new NatsException("The server sends a malformed message line.");
        var id = Number(line[parts[2]], long.MaxValue);
        var size = (int)Number(line[parts[count - 1]], NatsConnection.MaxPayloadBytes);
        var headSize = hasHead ? (int)Number(line[parts[count - 2]], size) : 0;
        return new MessageLine(parts[1], id, count == 4 + numbers ? parts[3] : null, headSize, size);
    }

    private static long Number(ReadOnlySpan<byte> digits, long max) =>
        Utf8Parser.TryParse(digits, out long value, out var read) && read == digits.Length && value >= 0 && value <= max
            ? value
            : throw new NatsException("The server sends a message line with bad numbers.");

    /// <summary>Fills the parts and returns their number; one more than there is room for when there are too many.</summary>
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
            if (count == parts.Length) return count + 1;
            var length = line[at..].IndexOfAny((byte)' ', (byte)'\t');
            var end = length < 0 ? line.Length : at + length;
            parts[count++] = at..end;
            at = end;
        }
        return count;
    }
}
