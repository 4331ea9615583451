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

    /// <summary>1. The package, 2. what its app.json says, 3. the buildpacks that it comes to.</summary>
    /// <param name="directory">For what is in between.</param>
    public async Task<StagingInput> PrepareAsync(StagingStartMessage message, string directory, StagingLog log, CancellationToken cancellationToken)
    {
        var package = await DownloadPackageAsync(message, directory, log, cancellationToken); // 1.
        var appJson = await AppJson.ReadAsync(message, package, log, cancellationToken); // 2.
        var named = message.Properties.Buildpacks.Count > 0 ? message.Properties.Buildpacks : appJson.Buildpacks;
        var buildpacks = await FetchBuildpacksAsync(StagingBuildpack.Choose(message, named), log, cancellationToken); // 3.
        return new StagingInput(package, appJson, buildpacks, SkipDetection: named.Count > 0);
    }

    /// <summary>
    /// Puts /tmp/app and /tmp/cache on the container's disk, writable for all in /tmp like the stack's own, and for buildpacks from
    /// elsewhere their URLs, which the builder fetches them by.
    /// </summary>
    public async Task FillAsync(StagingStartMessage message, StagingInput input, string directory, string root, StagingLog log, CancellationToken cancellationToken)
    {
        var temporary = Directory.CreateDirectory(Path.Combine(root, "tmp")).FullName;
        Native.ChangeOwner(temporary, options.UserIdBase);
        File.SetUnixFileMode(temporary, OpenToAll);
        await UnpackPackageAsync(message, input.Package, MakeDirectory(temporary, "app"), cancellationToken);
        await FetchCacheAsync(message, directory, MakeDirectory(temporary, "cache"), log, cancellationToken);
        WriteSources(temporary, input.Buildpacks);
    }

    /// <summary>The installed buildpacks that may be needed, on this machine afterwards.</summary>
    private async Task<IReadOnlyList<StagingBuildpack>> FetchBuildpacksAsync(IReadOnlyList<StagingBuildpack> wanted, StagingLog log, CancellationToken cancellationToken)
    {
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
            catch (Exception e)
            {
                foreach (var fetched in wanted) fetched.Lease?.Dispose();
                if (e is not (HttpRequestException or IOException or ArchiveException)) throw;
                throw new StagingException(StagingErrors.StagingError, $"The buildpack {buildpack.Name} could not be downloaded. {e.Message}", e);
            }
        }
        return wanted;
    }

    /// <summary>A line for each buildpack. Only the builder can read the file, and it removes it before buildpacks run.</summary>
    private void WriteSources(string temporary, IReadOnlyList<StagingBuildpack> buildpacks)
    {
        if (buildpacks.All(b => b.Url is null)) return;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        var path = Path.Combine(temporary, "sources");
        using (var file = new StreamWriter(path, options))
            foreach (var buildpack in buildpacks) file.Write((buildpack.Url ?? "") + "\n");
        Native.ChangeOwner(path, Vcap);
    }

    private async Task<string> DownloadPackageAsync(StagingStartMessage message, string directory, StagingLog log, CancellationToken cancellationToken)
    {
        var zip = Path.Combine(directory, "package.zip");
        await log.SayAsync("Downloading app package...", cancellationToken);
        try
        {
            var size = await blobs.DownloadAsync(message.DownloadUri, zip, options.Staging.MaxPackageBytes, cancellationToken);
            await log.SayAsync($"Downloaded app package ({Size(size)})", cancellationToken);
            return zip;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new StagingException(StagingErrors.StagingError, "The app package could not be downloaded. " + e.Message, e);
        }
    }

    private async Task UnpackPackageAsync(StagingStartMessage message, string zip, string app, CancellationToken cancellationToken)
    {
        try
        {
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
        catch (IOException e)
        {
            throw new StagingException(StagingErrors.StagingError, "The app package could not be unpacked. " + e.Message, e);
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
            await using var file = new LocalFile(archive);
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
