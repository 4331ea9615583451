using System.Buffers.Text;
using System.Diagnostics;
using System.Text;

namespace Tatara.Router.Proxy;

/// <summary>Writes a head into memory that its caller made large enough.</summary>
internal ref struct SpanWriter(Span<byte> span)
{
    private readonly Span<byte> _span = span;

    public int Written { get; private set; }

    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_span[Written..]);
        Written += bytes.Length;
    }

    /// <summary>Text of ASCII characters only: ids, names and addresses that were checked when they came in.</summary>
    public void Write(string ascii) => Written += Encoding.ASCII.GetBytes(ascii, _span[Written..]);

    public void Write(long number)
    {
        var fits = Utf8Formatter.TryFormat(number, _span[Written..], out var count);
        Debug.Assert(fits, "The span is large enough.");
        Written += count;
    }

    /// <summary>With leading zeros.</summary>
    public void WriteDigits(int number, int count)
    {
        for (var i = count - 1; i >= 0; i--, number /= 10) _span[Written + i] = (byte)('0' + number % 10);
        Written += count;
    }

    public void WriteField(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
    {
        Write(name);
        Write(": "u8);
        Write(value);
        Write("\r\n"u8);
    }

    public void WriteField(scoped ReadOnlySpan<byte> name, string? ascii)
    {
        if (ascii is null) return;
        Write(name);
        Write(": "u8);
        Write(ascii);
        Write("\r\n"u8);
    }

    public void WriteField(scoped ReadOnlySpan<byte> name, long number)
    {
        Write(name);
        Write(": "u8);
        Write(number);
        Write("\r\n"u8);
    }
}
