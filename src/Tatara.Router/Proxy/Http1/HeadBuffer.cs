using System.Buffers;

namespace Tatara.Router.Proxy.Http1;

/// <summary>Why a head cannot be used, or that it can.</summary>
internal enum HeadStatus : byte
{
    Complete,
    Incomplete,
    Malformed,
    TooLarge,
    EmptyHost,
    UnsupportedVersion,
    UnsupportedEncoding,
}

/// <summary>
/// Collects a head in one piece of pooled memory, held only while there is something in it. Each line must end with
/// CRLF: a bare LF ends a line for some servers and not for others.
/// </summary>
internal sealed class HeadBuffer(int firstBytes, int maxBytes)
{
    private byte[] _bytes = [];
    private int _lineStart;
    private int _scanned;
    private int _restStart;

    public byte[] Bytes => _bytes;

    /// <summary>Bytes held: the head and what came after it.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of the complete head with its empty line.</summary>
    public int HeadLength { get; private set; }

    public ReadOnlySpan<byte> Head => _bytes.AsSpan(0, HeadLength);

    /// <summary>What was received after the head and not yet taken.</summary>
    public ReadOnlyMemory<byte> Rest => _bytes.AsMemory(_restStart, Length - _restStart);

    /// <summary>Takes bytes from the <see cref="Rest"/>: they were passed on.</summary>
    public void Take(int count) => _restStart += count;

    /// <summary>Makes the head part of the <see cref="Rest"/> again: it is for somebody else.</summary>
    public void Untake() => _restStart = 0;

    /// <summary>Puts back what was read too much: it belongs to the next message. The rest must have been taken.</summary>
    public void Keep(ReadOnlySpan<byte> excess)
    {
        Length = _restStart = HeadLength;
        if (Length + excess.Length > _bytes.Length) Replace(Length + excess.Length, keep: Length);
        excess.CopyTo(_bytes.AsSpan(Length));
        Length += excess.Length;
    }

    /// <summary>Room for the next read; empty when the head is as long as it may be.</summary>
    public Memory<byte> Free
    {
        get
        {
            if (Length == _bytes.Length) Grow();
            return _bytes.AsMemory(Length, Math.Max(0, Math.Min(_bytes.Length, maxBytes) - Length));
        }
    }

    /// <summary>Counts bytes read into <see cref="Free"/> and looks for the end of the head.</summary>
    public HeadStatus Commit(int count)
    {
        Length += count;
        return Scan();
    }

    /// <summary>Drops the head and what was taken, and looks for another one in what came after it.</summary>
    public HeadStatus Next()
    {
        _bytes.AsSpan(_restStart, Length - _restStart).CopyTo(_bytes);
        Length -= _restStart;
        HeadLength = _restStart = _lineStart = _scanned = 0;
        return Scan();
    }

    /// <summary>Room to relay a body through, once everything received was passed on.</summary>
    public Memory<byte> Reuse(int bytes)
    {
        if (_bytes.Length < bytes) Replace(bytes, keep: 0);
        return _bytes;
    }

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = HeadLength = _restStart = _lineStart = _scanned = 0;
    }

    private HeadStatus Scan()
    {
        while (true)
        {
            var at = _bytes.AsSpan(_scanned, Length - _scanned).IndexOf((byte)'\n');
            if (at < 0)
            {
                _scanned = Length;
                return HeadStatus.Incomplete;
            }
            at += _scanned;
            if (at == _lineStart || _bytes[at - 1] != (byte)'\r') return HeadStatus.Malformed;
            var isEmptyLine = at - 1 == _lineStart;
            _lineStart = _scanned = at + 1;
            if (!isEmptyLine) continue;
            HeadLength = _restStart = at + 1;
            return HeadStatus.Complete;
        }
    }

    private void Grow()
    {
        if (_bytes.Length < maxBytes) Replace(Math.Max(firstBytes, _bytes.Length * 2), keep: Length);
    }

    private void Replace(int bytes, int keep)
    {
        var larger = ArrayPool<byte>.Shared.Rent(bytes);
        _bytes.AsSpan(0, keep).CopyTo(larger);
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
