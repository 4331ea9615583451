using System.Security.Cryptography;
using Tatara.Protocol;

namespace Tatara.Dea.Archives;

/// <summary>Reads a download through: hashes it, bounds its size, fails when it stalls, and keeps a copy if asked to.</summary>
internal sealed class DownloadStream(Stream source, long maxBytes, TimeSpan stallTimeout, Stream? copy = null) : ReadOnceStream
{
#pragma warning disable CA5350 // SHA-1 is what Cloud Foundry names droplets by; the signed URL is what protects them.
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350

    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Lower-case hex of what was read. Once, at the end.</summary>
    public string FinishSha1() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stall.CancelAfter(stallTimeout);
        int read;
        try
        {
            read = await source.ReadAsync(buffer, stall.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"Nothing arrived for {stallTimeout.TotalSeconds:0} s.");
        }
        BytesRead += read;
        if (BytesRead > maxBytes) throw new ArchiveException($"The archive is larger than {maxBytes / (1024 * 1024)} MB.");
        _hash.AppendData(buffer.Span[..read]);
        if (copy is not null) await copy.WriteAsync(buffer[..read], cancellationToken);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            source.Dispose();
        }
        base.Dispose(disposing);
    }
}
