namespace Tatara.Dea.Archives;

/// <summary>
/// An archive's bytes, of which only so many may be about its contents instead of being them. A reader of archives holds names, headers
/// and lists in memory and believes the archive about their size; a few kilobytes, packed, can claim gigabytes.
/// </summary>
internal sealed class IndexBound(Stream archive, long bound) : Stream
{
    private readonly long _bound = bound;
    private long _left = bound;
    private bool _content;

    /// <summary>What is read now is about the contents, beginning anew.</summary>
    public void BeginIndex() => (_content, _left) = (false, _bound);

    /// <summary>What is read now is content, which is bounded elsewhere.</summary>
    public void BeginContent() => _content = true;

    public override bool CanRead => true;
    public override bool CanSeek => archive.CanSeek;
    public override bool CanWrite => false;
    public override long Length => archive.Length;

    public override long Position
    {
        get => archive.Position;
        set => archive.Position = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer) => Count(archive.Read(Admit(buffer)));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Admit(buffer.Span);
        return Count(await archive.ReadAsync(buffer, cancellationToken));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => archive.Seek(offset, origin);

    public override void Flush() => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Whoever has room for more than is left has believed a claim already.</summary>
    private Span<byte> Admit(Span<byte> buffer) =>
        _content || buffer.Length <= _left ? buffer
            : throw new ArchiveException($"The archive has more than {_bound} bytes of names and descriptions where they are not expected.");

    private int Count(int read)
    {
        if (!_content) _left -= read;
        return read;
    }
}
