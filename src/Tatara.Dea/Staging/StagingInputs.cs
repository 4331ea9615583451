using System.Globalization;
using System.Net;
using Tatara.Dea.Archives;
using Tatara.Dea.Linux;
using Tatara.Protocol;

namespace Tatara.Dea.Staging;

/// <summary>Everything a staging container is to find: the package and the last build's cache on its disk, the buildpacks beside it.</summary>
internal sealed class StagingInputs(DeaOptions options, BlobClient blobs, BuildpackStore buildpacks)
{
    private const int VcapUserId = 2000;
    private const long Megabyte = 1024 * 1024;

    /// <summary>ENOSPC.</summary>
    private const int DiskFull = 28;
    private const UnixFileMode OpenToAll = (UnixFileMode)0x3FF;

    private int Vcap => options.UserIdBase + VcapUserId;

    /// <summary>Puts /tmp/app and /tmp/cache on the container's disk, writable for all in /tmp like the stack's own.</summary>
    /// <param name="directory">For what is in between.</param>
    public async Task FillAsync(StagingStartMessage message, string directory, string root, StagingLog log, CancellationToken cancellationToken)
    {
        var temporary = Directory.CreateDirectory(Path.Combine(root, "tmp")).FullName;
        Native.ChangeOwner(temporary, options.UserIdBase);
        File.SetUnixFileMode(temporary, OpenToAll);
        await FetchPackageAsync(message, directory, MakeDirectory(temporary, "app"), log, cancellationToken);
        await FetchCacheAsync(message, directory, MakeDirectory(temporary, "cache"), log, cancellationToken);
    }

    /// <summary>The installed buildpacks that may be needed, on this machine afterwards.</summary>
    public async Task<IReadOnlyList<StagingBuildpack>> FetchBuildpacksAsync(StagingStartMessage message, StagingLog log, CancellationToken cancellationToken)
    {
        var wanted = StagingBuildpack.Choose(message);
        foreach (var buildpack in wanted.Where(b => b.Admin is not null))
        {
            try
            {
                buildpack.Lease = buildpacks.TryAcquire(buildpack.Admin!);
                if (buildpack.Lease is not null) continue;
                await log.SayAsync($"Downloading {buildpack.Name}...", cancellationToken);
                buildpack.Lease = await buildpacks.AcquireAsync(buildpack.Admin!, cancellationToken);
                await log.SayAsync($"Downloaded {buildpack.Name}", cancellationToken);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or ArchiveException)
            {
                foreach (var fetched in wanted) fetched.Lease?.Dispose();
                throw new StagingException(StagingErrors.StagingError, $"The buildpack {buildpack.Name} could not be downloaded. {e.Message}", e);
            }
        }
        return wanted;
    }

    private async Task FetchPackageAsync(StagingStartMessage message, string directory, string app, StagingLog log, CancellationToken cancellationToken)
    {
        var zip = Path.Combine(directory, "package.zip");
        await log.SayAsync("Downloading app package...", cancellationToken);
        try
        {
            var size = await blobs.DownloadAsync(message.DownloadUri, zip, options.Staging.MaxPackageBytes, cancellationToken);
            await log.SayAsync($"Downloaded app package ({Size(size)})", cancellationToken);
            var limits = new ArchiveLimits(message.Properties.Resources.Disk * Megabyte, options.Droplets.MaxEntries, AbsoluteLinks: false);
            await ZipUnpacker.UnpackAsync(zip, app, Vcap, limits, cancellationToken);
        }
        catch (ArchiveException e)
        {
            throw new StagingException(StagingErrors.StagingError, "The app package was refused. " + e.Message, e);
        }
        catch (IOException e) when (e.HResult == DiskFull)
        {
            throw StagingVerdict.OutOfDisk(message.Properties.Resources);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new StagingException(StagingErrors.StagingError, "The app package could not be downloaded. " + e.Message, e);
        }
        File.Delete(zip);
    }

    /// <summary>A cache only makes things faster: without one, or with a broken one, staging goes on.</summary>
    private async Task FetchCacheAsync(StagingStartMessage message, string directory, string cache, StagingLog log, CancellationToken cancellationToken)
    {
        var archive = Path.Combine(directory, "old-cache.tar.gz");
        try
        {
            var size = await blobs.DownloadAsync(message.BuildpackCacheDownloadUri, archive, options.Staging.MaxArtifactsBytes, cancellationToken);
            await log.SayAsync($"Downloaded build artifacts cache ({Size(size)})", cancellationToken);
            await using var file = File.OpenRead(archive);
            var limits = new ArchiveLimits(options.Droplets.MaxUnpackedBytes, options.Droplets.MaxEntries, AbsoluteLinks: true);
            await TarUnpacker.UnpackAsync(file, cache, Vcap, limits, cancellationToken);
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ArchiveException)
        {
            await log.SayAsync("The build artifacts cache cannot be used and is left out. " + e.Message, cancellationToken);
            Directory.Delete(cache, recursive: true);
            MakeDirectory(Path.GetDirectoryName(cache)!, Path.GetFileName(cache));
        }
        File.Delete(archive);
    }

    private string MakeDirectory(string parent, string name)
    {
        var path = Directory.CreateDirectory(Path.Combine(parent, name)).FullName;
        Native.ChangeOwner(path, Vcap);
        return path;
    }

    /// <summary>As the official command line shows sizes: 948B, 12.3K, 1.2M.</summary>
    internal static string Size(long bytes) => bytes switch
    {
        < 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes}B"),
        < Megabyte => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#}K"),
        < 1024 * Megabyte => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)Megabyte:0.#}M"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * Megabyte):0.#}G"),
    };
}
