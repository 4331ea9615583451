using Microsoft.Extensions.Logging;
using Tatara.Dea.Archives;

namespace Tatara.Dea.Droplets;

/// <summary>The droplets of this machine: each downloaded, checked and unpacked once as a layer (home/vcap/…) that all its instances share read-only.</summary>
internal sealed class DropletStore(DeaOptions options, HttpClient http, ILogger<DropletStore> logger)
{
    /// <summary>Where a droplet's files are within its layer, which lies over the root filesystem.</summary>
    public const string HomeInLayer = "home/vcap";

    private const int Attempts = 3;
    private const int VcapUserId = 2000;

    /// <summary>Directories an app may count on.</summary>
    private static readonly string[] StandardDirectories = ["app", "deps", "logs", "profile.d", "tmp"];

    private readonly DropletOptions _limits = options.Droplets;
    private readonly LayerCache _cache = new(Path.Combine(options.DataDirectory, "droplets"), options.Droplets.CacheBytes, logger);

    /// <summary>The layer of a droplet, downloaded when it is not here yet.</summary>
    /// <exception cref="DropletException">It cannot be had.</exception>
    public async Task<LayerCache.Lease> AcquireAsync(string sha1, string uri, CancellationToken cancellationToken)
    {
        if (sha1.Length != 40 || !sha1.All(char.IsAsciiHexDigitLower)) throw new DropletException("The droplet's SHA-1 is not 40 hex digits.");
        try
        {
            return await _cache.AcquireAsync(sha1, (directory, token) => DownloadAsync(sha1, uri, directory, token), cancellationToken);
        }
        catch (ArchiveException e)
        {
            throw new DropletException("The droplet was refused. " + e.Message, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new DropletException("The droplet could not be downloaded. " + e.Message, e);
        }
    }

    /// <summary>The layer of a droplet that an adopted instance has been using.</summary>
    public LayerCache.Lease? TryAcquire(string sha1) => _cache.TryAcquire(sha1);

    /// <summary>Unpacks the tar of a droplet that is just being made here, so that its first instance need not fetch it. Returns the directory and its size.</summary>
    public async Task<(string Directory, long Bytes)> UnpackNewAsync(Stream tar, CancellationToken cancellationToken)
    {
        var directory = _cache.NewDirectory();
        try
        {
            return (directory, await UnpackAsync(TarUnpacker.UnpackPlainAsync, tar, directory, cancellationToken));
        }
        catch
        {
            LayerCache.Discard(directory);
            throw;
        }
    }

    /// <summary>Keeps what <see cref="UnpackNewAsync"/> made.</summary>
    public void Install(string sha1, string directory, long bytes) => _cache.Install(sha1, directory, bytes);

    /// <summary>Removes droplets that no instance uses, longest unused first, until it is enough.</summary>
    public void Trim(Func<bool> isEnough) => _cache.Trim(isEnough);

    private async Task<long> DownloadAsync(string sha1, string uri, string directory, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await DownloadOnceAsync(sha1, uri, directory, cancellationToken);
            }
            catch (Exception e) when (attempt < Attempts
                && (e is IOException or HttpRequestException { StatusCode: null or >= System.Net.HttpStatusCode.InternalServerError }))
            {
                logger.LogWarning(e, "Droplet {Sha1} could not be downloaded, trying again.", sha1);
                foreach (var leftover in Directory.GetDirectories(directory)) Directory.Delete(leftover, recursive: true);
                await Task.Delay(TimeSpan.FromMilliseconds(200 * attempt), cancellationToken);
            }
        }
    }

    private async Task<long> DownloadOnceAsync(string sha1, string uri, string directory, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var download = new DownloadStream(
            await response.Content.ReadAsStreamAsync(cancellationToken), _limits.MaxArchiveBytes, _limits.DownloadStallTimeout);
        var bytes = await UnpackAsync(TarUnpacker.UnpackAsync, download, directory, cancellationToken);
        var actual = download.FinishSha1();
        if (actual != sha1) throw new ArchiveException($"Its SHA-1 is {actual} instead of {sha1}.");
        return bytes;
    }

    private async Task<long> UnpackAsync(Func<Stream, string, int, ArchiveLimits, CancellationToken, Task<long>> unpack, Stream archive, string directory, CancellationToken cancellationToken)
    {
        var owner = options.UserIdBase + VcapUserId;
        var outer = new TreeWriter(directory, options.UserIdBase, new(0, int.MaxValue, false));
        outer.EnsureDirectory("home");
        var home = new TreeWriter(Path.Combine(directory, "home"), owner, new(0, int.MaxValue, false));
        home.EnsureDirectory("vcap");
        var root = Path.Combine(directory, HomeInLayer);
        var bytes = await unpack(archive, root, owner, new(_limits.MaxUnpackedBytes, _limits.MaxEntries, AbsoluteLinks: true), cancellationToken);
        foreach (var name in StandardDirectories) EnsureStandard(Path.Combine(root, name), owner);
        return bytes;
    }

    private static void EnsureStandard(string path, int owner)
    {
        var info = new FileInfo(path);
        if (info.Exists || info.LinkTarget is not null) throw new ArchiveException($"Its '{info.Name}' is not a directory.");
        if (Directory.Exists(path)) return;
        Directory.CreateDirectory(path);
        Linux.Native.ChangeOwner(path, owner);
    }
}
