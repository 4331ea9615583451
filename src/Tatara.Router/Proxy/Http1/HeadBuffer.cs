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

    public byte[] Bytes => _bytes;

    /// <summary>Bytes held: the head and, for a response, what came after it.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of the complete head with its empty line.</summary>
    public int HeadLength { get; private set; }

    public ReadOnlySpan<byte> Head => _bytes.AsSpan(0, HeadLength);

    /// <summary>What was received after the head.</summary>
    public ReadOnlyMemory<byte> Rest => _bytes.AsMemory(HeadLength, Length - HeadLength);

    /// <summary>Takes from the sequence up to the end of the head; <paramref name="consumed"/> says how far.</summary>
    public HeadStatus Append(in ReadOnlySequence<byte> data, out SequencePosition consumed)
    {
        consumed = data.Start;
        long taken = 0;
        foreach (var segment in data)
        {
            var rest = segment.Span;
            while (!rest.IsEmpty)
            {
                var free = Free.Span;
                if (free.IsEmpty) return HeadStatus.TooLarge;
                var count = Math.Min(free.Length, rest.Length);
                rest[..count].CopyTo(free);
                Length += count;
                var status = Scan();
                if (status == HeadStatus.Complete)
                {
                    taken += count - (Length - HeadLength);
                    Length = HeadLength;
                }
                else
                {
                    taken += count;
                }
                if (status != HeadStatus.Incomplete)
                {
                    consumed = data.GetPosition(taken);
                    return status;
                }
                rest = rest[count..];
            }
        }
        consumed = data.End;
        return HeadStatus.Incomplete;
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

    /// <summary>Drops the head and looks for another one in what came after it.</summary>
    public HeadStatus Next()
    {
        _bytes.AsSpan(HeadLength, Length - HeadLength).CopyTo(_bytes);
        Length -= HeadLength;
        HeadLength = _lineStart = _scanned = 0;
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
        Length = HeadLength = _lineStart = _scanned = 0;
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
            HeadLength = at + 1;
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
