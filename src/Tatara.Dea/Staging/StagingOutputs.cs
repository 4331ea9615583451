using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Tatara.Dea.Archives;
using Tatara.Dea.Droplets;

namespace Tatara.Dea.Staging;

/// <summary>Receives what the builder hands over, in its order: result, droplet, cache. The droplet is unpacked and checked while it is packed.</summary>
internal sealed class StagingOutputs(DeaOptions options, DropletStore droplets)
{
    private const int MaxResultBytes = 1024 * 1024;
    private const int EndOfTarBytes = 1024;

    /// <summary>Null when there is nothing: the builder failed before.</summary>
    /// <exception cref="ArchiveException">The droplet is hostile, cut off or too large.</exception>
    public async Task<StagedDroplet?> ReceiveAsync(StagingPipes pipes, string directory, int buildpacks, CancellationToken cancellationToken)
    {
        // 1.
        if (await ReceiveResultAsync(pipes, buildpacks, cancellationToken) is not { } result) return null;

        // 2.
        var file = Path.Combine(directory, "droplet.tar.gz");
        var (layer, bytes, sha1) = await ReceiveDropletAsync(pipes, file, result, cancellationToken);

        // 3.
        var cache = Path.Combine(directory, "cache.tar.gz");
        var cacheSha1 = await ReceiveCacheAsync(pipes, cache, cancellationToken);
        return new StagedDroplet(result, file, sha1, layer, bytes, cacheSha1 is null ? null : cache, cacheSha1);
    }

    private static async Task<StagingResult?> ReceiveResultAsync(StagingPipes pipes, int buildpacks, CancellationToken cancellationToken)
    {
        await using var pipe = new DownloadStream(await pipes.OpenAsync(StagingPipes.Result), MaxResultBytes, Timeout.InfiniteTimeSpan);
        var result = await StagingResult.ReadAsync(pipe, buildpacks, cancellationToken);
        // To its end, or the writer would break.
        await pipe.CopyToAsync(Stream.Null, cancellationToken);
        return result;
    }

    private async Task<(string Layer, long Bytes, string Sha1)> ReceiveDropletAsync(StagingPipes pipes, string file, StagingResult result, CancellationToken cancellationToken)
    {
        var info = StagingInfoMember(result.ToStagingInfo());
        var packing = KeepAsync(pipes, file, Pack(info), cancellationToken);
        var unpacking = UnpackAsync(pipes, info, cancellationToken);
        try
        {
            await Task.WhenAll(packing, unpacking);
            return (unpacking.Result.Layer, unpacking.Result.Bytes, packing.Result);
        }
        catch when (unpacking.IsCompletedSuccessfully)
        {
            LayerCache.Discard(unpacking.Result.Layer);
            throw;
        }
    }

    private async Task<string> KeepAsync(StagingPipes pipes, string file, ReadOnlyMemory<byte> prefix, CancellationToken cancellationToken)
    {
        await using var copy = File.Create(file);
        await using var pipe = new DownloadStream(
            new PrefixedStream(prefix, await pipes.OpenAsync(StagingPipes.Droplet)), options.Droplets.MaxArchiveBytes, Timeout.InfiniteTimeSpan, copy);
        await pipe.CopyToAsync(Stream.Null, cancellationToken);
        return pipe.FinishSha1();
    }

    /// <summary>Whoever could hand over another tree than the packed one could as well change the droplet, which is the app's own.</summary>
    private async Task<(string Layer, long Bytes)> UnpackAsync(StagingPipes pipes, ReadOnlyMemory<byte> prefix, CancellationToken cancellationToken)
    {
        await using var tree = await pipes.OpenAsync(StagingPipes.Tree);
        var (layer, bytes) = await droplets.UnpackNewAsync(new PrefixedStream(prefix, tree), cancellationToken);
        try
        {
            // To its end, or the writer would break.
            await tree.CopyToAsync(Stream.Null, cancellationToken);
            return (layer, bytes);
        }
        catch
        {
            LayerCache.Discard(layer);
            throw;
        }
    }

    /// <summary>Null when it is too large to be worth keeping.</summary>
    private async Task<string?> ReceiveCacheAsync(StagingPipes pipes, string file, CancellationToken cancellationToken)
    {
        await using var pipe = await pipes.OpenAsync(StagingPipes.Cache);
        try
        {
            await using var copy = File.Create(file);
            var bounded = new DownloadStream(pipe, options.Staging.MaxArtifactsBytes, Timeout.InfiniteTimeSpan, copy);
            await bounded.CopyToAsync(Stream.Null, cancellationToken);
            return bounded.FinishSha1();
        }
        catch (ArchiveException)
        {
            await pipe.CopyToAsync(Stream.Null, cancellationToken);
            return null;
        }
    }

    /// <summary>The beginning of a tar: one file, and no end.</summary>
    private static ReadOnlyMemory<byte> StagingInfoMember(string text)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, StagingInfo.FileName)
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
                ModificationTime = DateTimeOffset.UnixEpoch,
                Mode = (UnixFileMode)0x1A4,
                Uid = 2000,
                Gid = 2000,
            });
        }
        return tar.GetBuffer().AsMemory(0, (int)tar.Length - EndOfTarBytes);
    }

    /// <summary>A gzip member of its own: gzip streams can simply follow each other.</summary>
    private static ReadOnlyMemory<byte> Pack(ReadOnlyMemory<byte> content)
    {
        using var member = new MemoryStream();
        using (var gzip = new GZipStream(member, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content.Span);
        return member.ToArray();
    }
}
