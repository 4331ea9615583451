using System.Buffers;

namespace Tatara.Router.Proxy.Http1;

/// <summary>A stretch of the buffer that a head is in.</summary>
internal readonly record struct Part(int Start, int Length)
{
    public int End => Start + Length;

    public bool IsEmpty => Length == 0;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> buffer) => buffer.Slice(Start, Length);
}

/// <summary>One field line; the value without the white space around it.</summary>
internal readonly record struct HeaderField(FieldId Id, Part Name, Part Value)
{
    /// <summary>RFC 9110 5.6.2: tchar.</summary>
    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>RFC 9110 5.5: neither control characters, except the tab, nor DEL.</summary>
    private static readonly SearchValues<byte> NotInValues = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Where(b => b != '\t').Append(0x7F).Select(b => (byte)b)]);

    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenBytes);

    public static bool IsValue(ReadOnlySpan<byte> text) => !text.ContainsAny(NotInValues);

    /// <summary>
    /// Reads "name: value". A line that begins with white space (obs-fold), or has some before the colon, is what
    /// servers disagree about, and so refused.
    /// </summary>
    /// <param name="line">Without its CRLF.</param>
    /// <param name="start">Of the line in the buffer.</param>
    public static bool TryParse(ReadOnlySpan<byte> line, int start, out HeaderField field)
    {
        field = default;
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || !IsToken(line[..colon])) return false;
        var value = line[(colon + 1)..];
        if (!IsValue(value)) return false;
        var trimmed = value.TrimStart(" \t"u8);
        var valueStart = start + line.Length - trimmed.Length;
        field = new HeaderField(FieldNames.Identify(line[..colon]), new Part(start, colon), new Part(valueStart, trimmed.TrimEnd(" \t"u8).Length));
        return true;
    }
}
