using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;

namespace Tatara.Router.Proxy.Http1;

/// <summary>Where the reading of a chunked body stands.</summary>
internal enum ChunkedStatus : byte
{
    More,
    Done,
    Malformed,
}

/// <summary>
/// Reads a chunked body piece by piece and writes it again, with the same chunks and nothing but them: no extensions,
/// no odd line ends. What it does not understand it refuses. The last chunk is left to the caller, who may add
/// <see cref="Trailers"/>.
/// </summary>
internal sealed class ChunkedReader
{
    /// <summary>A size line may be written that was read in an earlier piece: output exceeds input by no more than this.</summary>
    public const int Overhead = 32;

    /// <summary>15 hexadecimal digits fit a long.</summary>
    private const int MaxSizeDigits = 15;

    private readonly ArrayBufferWriter<byte> _trailers = new();
    private State _state;
    private long _left;
    private int _digits;
    private int _lineBytes;

    private enum State : byte
    {
        Size,
        Extension,
        SizeEnd,
        Data,
        DataEnd,
        DataEndLineFeed,
        Trailers,
        Done,
    }

    /// <summary>The trailer section's field lines, each with its CRLF. Complete when the body is done.</summary>
    public ReadOnlySpan<byte> Trailers => _state == State.Done ? _trailers.WrittenSpan[..^2] : [];

    /// <summary>Bytes of content that have come or were announced.</summary>
    public long Announced { get; private set; }

    public void Reset()
    {
        Announced = 0;
        _trailers.ResetWrittenCount();
        (_state, _left, _digits, _lineBytes) = (State.Size, 0, 0, 0);
    }

    /// <summary>Reads as much of the input as belongs to the body.</summary>
    /// <param name="output">At least as long as the input and <see cref="Overhead"/>.</param>
    /// <param name="keepChunks">False writes the content alone, for peers that know no chunks.</param>
    public ChunkedStatus Read(ReadOnlySpan<byte> input, Span<byte> output, bool keepChunks, out int consumed, out int written)
    {
        (consumed, written) = (0, 0);
        while (consumed < input.Length && _state != State.Done)
        {
            if (_state == State.Data)
            {
                var count = (int)Math.Min(_left, input.Length - consumed);
                input.Slice(consumed, count).CopyTo(output[written..]);
                consumed += count;
                written += count;
                _left -= count;
                if (_left == 0) _state = State.DataEnd;
                continue;
            }
            var isValid = _state == State.Trailers
                ? ReadTrailers(input, ref consumed)
                : ReadLineByte(input[consumed++], output, keepChunks, ref written);
            if (!isValid) return ChunkedStatus.Malformed;
        }
        return _state == State.Done ? ChunkedStatus.Done : ChunkedStatus.More;
    }

    private bool ReadLineByte(byte b, Span<byte> output, bool keepChunks, ref int written)
    {
        if (++_lineBytes > ProxyLimits.MaxChunkLineBytes) return false;
        switch (_state)
        {
            case State.Size when char.IsAsciiHexDigit((char)b):
                _left = _left * 16 + (b <= (byte)'9' ? b - '0' : (b | 0x20) - 'a' + 10);
                return ++_digits <= MaxSizeDigits;
            case State.Size when _digits == 0:
                return false;
            case State.Size or State.Extension when b == (byte)'\r':
                _state = State.SizeEnd;
                return true;
            case State.Size when b == (byte)';':
                _state = State.Extension;
                return true;
            case State.Extension:
                return b == (byte)'\t' || (b >= (byte)' ' && b != 0x7F);
            case State.SizeEnd when b == (byte)'\n':
                BeginChunk(output, keepChunks, ref written);
                return true;
            case State.DataEnd when b == (byte)'\r':
                _state = State.DataEndLineFeed;
                return true;
            case State.DataEndLineFeed when b == (byte)'\n':
                if (keepChunks) Write("\r\n"u8, output, ref written);
                (_state, _digits, _lineBytes) = (State.Size, 0, 0);
                return true;
            default:
                return false;
        }
    }

    private void BeginChunk(Span<byte> output, bool keepChunks, ref int written)
    {
        _lineBytes = 0;
        Announced += _left;
        _state = _left == 0 ? State.Trailers : State.Data;
        if (_left == 0 || !keepChunks) return;
        written += WriteSize(_left, output[written..]);
    }

    /// <summary>Writes a chunk's size line.</summary>
    public static int WriteSize(long size, Span<byte> output)
    {
        var fits = Utf8Formatter.TryFormat(size, output, out var digits, new StandardFormat('x'));
        Debug.Assert(fits, "The output has room for the overhead.");
        "\r\n"u8.CopyTo(output[digits..]);
        return digits + 2;
    }

    /// <summary>Keeps whole lines; an empty one ends the body. Fields that frame or route a message have no place here.</summary>
    private bool ReadTrailers(ReadOnlySpan<byte> input, ref int consumed)
    {
        var rest = input[consumed..];
        var length = rest.IndexOf((byte)'\n') + 1;
        var part = length == 0 ? rest : rest[..length];
        if (_trailers.WrittenCount + part.Length > ProxyLimits.MaxTrailerBytes) return false;
        _trailers.Write(part);
        consumed += part.Length;
        _lineBytes += part.Length;
        if (length == 0) return true;
        var line = _trailers.WrittenSpan[^_lineBytes..];
        if (line is not [.., (byte)'\r', (byte)'\n']) return false;
        _lineBytes = 0;
        if (line.Length == 2)
        {
            _state = State.Done;
            return true;
        }
        return HeaderField.TryParse(line[..^2], 0, out var field) && field.Id == FieldId.Other;
    }

    private static void Write(ReadOnlySpan<byte> bytes, Span<byte> output, ref int written)
    {
        bytes.CopyTo(output[written..]);
        written += bytes.Length;
    }
}
