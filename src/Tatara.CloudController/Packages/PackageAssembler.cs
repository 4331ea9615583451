using System.IO.Compression;
using System.IO.Pipelines;
using Tatara.CloudController.Blobs;

namespace Tatara.CloudController.Packages;

/// <summary>Makes a package of uploaded bits and of resources the platform already has.</summary>
internal sealed class PackageAssembler(IBlobstore blobs, ResourceCache cache, PackageLimits limits)
{
    /// <summary>A zip can tell no time before 1980; a resource's own is not known.</summary>
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>1. check the bits, 2. check and find the resources, 3. remember new files, 4. store the bits as they are or write anew.</summary>
    /// <param name="uploadKey">Blob of the bits; null when everything was matched.</param>
    /// <exception cref="PackageInvalidException">The bits or resources break a rule.</exception>
    public async Task<BlobInfo> AssembleAsync(
        string? uploadKey, IReadOnlyList<ResourceFingerprint> resources, string packageKey, CancellationToken cancellationToken)
    {
        await using var upload = uploadKey is null
            ? null
            : blobs.Open(uploadKey) ?? throw new PackageInvalidException("The uploaded bits are gone. Create a new package and upload them again.");
        using var archive = upload is null ? null : PackageArchive.Check(upload, limits, cancellationToken); // 1.
        var matched = Match(archive, resources); // 2.
        if (matched.Count == 0 && (archive is null || archive.Entries.All(e => e.Kind == EntryKind.Folder)))
            throw new PackageInvalidException("The app has no files.");
        if (archive is not null) await cache.AddAsync(archive, cancellationToken); // 3.
        if (archive is { IsPlain: true } && matched.Count == 0) // 4.
        {
            upload!.Position = 0;
            return await blobs.PutAsync(packageKey, upload, cancellationToken: cancellationToken);
        }
        return await WriteAsync(packageKey, archive, matched, cancellationToken);
    }

    private Dictionary<string, ResourceFingerprint> Match(PackageArchive? archive, IReadOnlyList<ResourceFingerprint> resources)
    {
        var matched = new Dictionary<string, ResourceFingerprint>(StringComparer.Ordinal);
        var kinds = archive?.Entries.ToDictionary(e => e.Path, e => e.Kind, StringComparer.Ordinal) ?? new(StringComparer.Ordinal);
        var unpacked = archive?.UnpackedBytes ?? 0;
        if (resources.Count > limits.MaxEntries) throw new PackageInvalidException($"There are more than {limits.MaxEntries} resources.");
        foreach (var resource in resources)
        {
            var path = EntryPath.Parse(resource.Path ?? "", limits);
            if (path.Length == 0) throw new PackageInvalidException("A resource has no path.");
            if (kinds.ContainsKey(path) || !matched.TryAdd(path, resource))
                throw new PackageInvalidException($"The resource '{EntryPath.Show(path)}' is there twice.");
            if (!cache.Knows(resource))
                throw new PackageInvalidException($"The resource '{EntryPath.Show(path)}' is not known here (any more). Push again to upload it.");
            unpacked += resource.Size;
            if (unpacked > limits.MaxUnpackedBytes) throw new PackageInvalidException($"The app unpacks to more than {limits.MaxUnpackedBytes / (1024 * 1024)} MB.");
        }
        foreach (var path in matched.Keys) CheckFolders(path, kinds, matched);
        foreach (var path in kinds.Keys) CheckFolders(path, kinds, matched);
        return matched;
    }

    /// <summary>Nothing may lie below a file or a link, whichever of the two sources either came from.</summary>
    private static void CheckFolders(string path, Dictionary<string, EntryKind> kinds, Dictionary<string, ResourceFingerprint> matched)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            if (matched.ContainsKey(path[..slash]) || (kinds.TryGetValue(path[..slash], out var kind) && kind != EntryKind.Folder))
                throw new PackageInvalidException($"'{EntryPath.Show(path)}' lies below '{EntryPath.Show(path[..slash])}', which is no folder.");
    }

    /// <summary>The zip goes into the blobstore while it is being written.</summary>
    private async Task<BlobInfo> WriteAsync(
        string packageKey, PackageArchive? archive, Dictionary<string, ResourceFingerprint> matched, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pipe = new Pipe();
        var writing = Task.Run(() => FillAsync(pipe.Writer, archive, matched, stop.Token), CancellationToken.None);
        try
        {
            return await blobs.PutAsync(packageKey, pipe.Reader.AsStream(), cancellationToken: cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await pipe.Reader.CompleteAsync();
            await writing;
        }
    }

    /// <summary>Whatever goes wrong here reaches the pipe's reader.</summary>
    private async Task FillAsync(
        PipeWriter target, PackageArchive? archive, Dictionary<string, ResourceFingerprint> matched, CancellationToken cancellationToken)
    {
        try
        {
            await using (var stream = target.AsStream(leaveOpen: true))
                await ZipAsync(stream, archive, matched, cancellationToken);
            await target.CompleteAsync();
        }
        catch (Exception e)
        {
            await target.CompleteAsync(e);
        }
    }

    private async Task ZipAsync(
        Stream target, PackageArchive? archive, Dictionary<string, ResourceFingerprint> matched, CancellationToken cancellationToken)
    {
        await using var zip = await ZipArchive.CreateAsync(target, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        foreach (var entry in archive?.Entries ?? [])
        {
            var name = entry.Kind == EntryKind.Folder ? entry.Path + "/" : entry.Path;
            await using var content = archive!.Open(entry);
            await AddAsync(zip, name, entry.Kind, entry.Mode, archive.LastWriteTime(entry), content, cancellationToken);
        }
        foreach (var (path, resource) in matched)
        {
            await using var content = cache.Open(resource)
                ?? throw new PackageInvalidException($"The resource '{EntryPath.Show(path)}' is not known here (any more). Push again to upload it.");
            await AddAsync(zip, path, EntryKind.File, resource.Permissions(), NoTime, content, cancellationToken);
        }
    }

    private static async Task AddAsync(
        ZipArchive zip, string name, EntryKind kind, int mode, DateTimeOffset time, Stream content, CancellationToken cancellationToken)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.ExternalAttributes = EntryMode.Attributes(mode, kind);
        entry.LastWriteTime = time.Year is >= 1980 and <= 2107 ? time : NoTime;
        await using var target = await entry.OpenAsync(cancellationToken);
        await content.CopyToAsync(target, cancellationToken);
    }
}
