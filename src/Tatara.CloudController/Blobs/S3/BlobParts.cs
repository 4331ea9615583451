using System.Buffers;
using System.Security.Cryptography;

namespace Tatara.CloudController.Blobs.S3;

/// <summary>Content of unknown length, cut into parts of one size, of which one at a time is in memory. Counts and hashes on the way.</summary>
internal sealed class BlobParts(Stream content, long maxBytes) : IDisposable
{
    /// <summary>S3 wants 5 MB or more, and at most 10,000 parts: 80 GB, twenty times what a blob may have.</summary>
    public const int PartBytes = 8 * 1024 * 1024;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(PartBytes);
#pragma warning disable CA5350 // Cloud Foundry names bits by it.
    private readonly IncrementalHash _sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _size;

    /// <summary>What is left when no full part came any more.</summary>
    public ArraySegment<byte> Last { get; private set; }

    /// <summary>A full part, or the end. The bytes are good until the next call.</summary>
    /// <exception cref="BlobTooLargeException">There is more than is allowed.</exception>
    public async Task<(ArraySegment<byte> Bytes, bool IsLast)> ReadAsync(CancellationToken cancellationToken)
    {
        var filled = 0;
        while (filled < PartBytes && await content.ReadAsync(_buffer.AsMemory(filled, PartBytes - filled), cancellationToken) is var count and > 0)
        {
            filled += count;
            _size += count;
            if (_size > maxBytes) throw new BlobTooLargeException(maxBytes);
        }
        var part = new ArraySegment<byte>(_buffer, 0, filled);
        _sha1.AppendData(part);
        _sha256.AppendData(part);
        if (filled < PartBytes) Last = part;
        return (part, filled < PartBytes);
    }

    public BlobInfo Finish(string key) =>
        new(key, _size, Convert.ToHexStringLower(_sha1.GetHashAndReset()), Convert.ToHexStringLower(_sha256.GetHashAndReset()));

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _sha1.Dispose();
        _sha256.Dispose();
    }
}
