using System.Buffers.Binary;

namespace Tatara.Router.Http2;

/// <summary>Follows a stream of HTTP/2 frames (RFC 9113, 4.1) and knows where another frame may stand: between two, but not within a block of headers.</summary>
internal sealed class FrameBoundaries
{
    private const int HeaderBytes = 9;
    private const byte Headers = 1, PushPromise = 5, Continuation = 9;
    private const byte EndHeaders = 0x4;

    private readonly byte[] _header = new byte[HeaderBytes];
    private int _headerLength;
    private int _payloadLeft;
    private bool _isWithinHeaders;

    public bool IsAtBoundary => _headerLength == 0 && !_isWithinHeaders;

    /// <summary>Reads on.</summary>
    /// <returns>How many of the bytes end with the last place for another frame; 0 when none does.</returns>
    public int Advance(ReadOnlySpan<byte> bytes)
    {
        var last = 0;
        for (var at = 0; at < bytes.Length;)
        {
            if (_headerLength < HeaderBytes)
            {
                var part = bytes[at..Math.Min(bytes.Length, at + HeaderBytes - _headerLength)];
                part.CopyTo(_header.AsSpan(_headerLength));
                at += part.Length;
                _headerLength += part.Length;
                if (_headerLength < HeaderBytes) break;
                BeginFrame();
            }
            else
            {
                var count = Math.Min(_payloadLeft, bytes.Length - at);
                at += count;
                _payloadLeft -= count;
            }
            if (_payloadLeft > 0) continue;
            _headerLength = 0;
            if (!_isWithinHeaders) last = at;
        }
        return last;
    }

    private void BeginFrame()
    {
        _payloadLeft = (int)(BinaryPrimitives.ReadUInt32BigEndian(_header) >> 8);
        if (_header[3] is Headers or PushPromise or Continuation) _isWithinHeaders = (_header[4] & EndHeaders) == 0;
    }
}
