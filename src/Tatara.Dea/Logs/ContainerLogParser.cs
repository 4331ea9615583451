using System.Buffers.Text;

namespace Tatara.Dea.Logs;

/// <summary>
/// Reads the Kubernetes log format: "TIME stdout|stderr P|F TEXT" a record, where P marks a part of a line. Joins the parts of each
/// of the two streams, splits lines that are too long, leaves out empty ones. The same bytes always give the same lines.
/// </summary>
internal sealed class ContainerLogParser(byte[] pendingOut, byte[] pendingError)
{
    /// <summary>Longest line; what is longer becomes several.</summary>
    public const int MaxLineBytes = 60 * 1024;

    private readonly List<byte> _out = [.. pendingOut];
    private readonly List<byte> _error = [.. pendingError];
    private long _lastTimestamp;

    public byte[] PendingOut => [.. _out];
    public byte[] PendingError => [.. _error];

    /// <summary>Takes whole records off the front and says how many bytes they were.</summary>
    public int Parse(ReadOnlySpan<byte> chunk, List<ContainerLogLine> lines)
    {
        var consumed = 0;
        while (chunk[consumed..].IndexOf((byte)'\n') is var length and >= 0)
        {
            ParseRecord(chunk.Slice(consumed, length), lines);
            consumed += length + 1;
        }
        return consumed;
    }

    /// <summary>The container has ended: what is pending is all there will be.</summary>
    public void Finish(List<ContainerLogLine> lines)
    {
        Emit(_out, isError: false, lines);
        Emit(_error, isError: true, lines);
    }

    private void ParseRecord(ReadOnlySpan<byte> record, List<ContainerLogLine> lines)
    {
        var space = record.IndexOf((byte)' ');
        if (space < 0 || record.Length < space + 10 || !TryParseTime(record[..space], out var timestamp)) return;
        _lastTimestamp = timestamp;
        var rest = record[(space + 1)..];
        var isError = rest.StartsWith("stderr "u8);
        if (!isError && !rest.StartsWith("stdout "u8)) return;
        var isPart = rest[7] == (byte)'P';
        var pending = isError ? _error : _out;
        pending.AddRange(rest.Length > 9 ? rest[9..] : []);
        while (pending.Count > MaxLineBytes) EmitPiece(pending, isError, lines);
        if (!isPart) Emit(pending, isError, lines);
    }

    private void Emit(List<byte> pending, bool isError, List<ContainerLogLine> lines)
    {
        while (pending is [.., (byte)'\r']) pending.RemoveAt(pending.Count - 1);
        if (pending.Count > 0) lines.Add(new(_lastTimestamp, isError, [.. pending]));
        pending.Clear();
    }

    private void EmitPiece(List<byte> pending, bool isError, List<ContainerLogLine> lines)
    {
        // Not in the midst of a character of UTF-8, whose further bytes begin with the bits 10.
        var length = MaxLineBytes;
        while (length > MaxLineBytes - 4 && (pending[length] & 0xC0) == 0x80) length--;
        lines.Add(new(_lastTimestamp, isError, [.. pending[..length]]));
        pending.RemoveRange(0, length);
    }

    /// <summary>RFC 3339 with up to nine digits of a second, which DateTimeOffset does not hold.</summary>
    private static bool TryParseTime(ReadOnlySpan<byte> text, out long nanoseconds)
    {
        nanoseconds = 0;
        var dot = text.IndexOf((byte)'.');
        if (dot != 19) return false;
        var digits = 0;
        long fraction = 0;
        while (dot + 1 + digits < text.Length && text[dot + 1 + digits] is >= (byte)'0' and <= (byte)'9' and var digit && digits < 9)
        {
            fraction = fraction * 10 + digit - '0';
            digits++;
        }
        for (var i = digits; i < 9; i++) fraction *= 10;
        Span<byte> whole = stackalloc byte[33];
        var zone = text[(dot + 1 + digits)..];
        if (19 + 8 + 6 > whole.Length || zone.Length > 6) return false;
        // The fixed layout that Utf8Parser reads: 2026-01-02T03:04:05.0000000+00:00.
        text[..19].CopyTo(whole);
        ".0000000"u8.CopyTo(whole[19..]);
        (zone.Length == 6 ? zone : "+00:00"u8).CopyTo(whole[27..]);
        if (!Utf8Parser.TryParse(whole, out DateTimeOffset seconds, out _, 'O')) return false;
        nanoseconds = seconds.ToUnixTimeSeconds() * 1_000_000_000 + fraction;
        return true;
    }
}
