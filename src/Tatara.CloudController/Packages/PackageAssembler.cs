using System.IO.Pipelines;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Packages;

/// <summary>What became of an upload.</summary>
/// <param name="Entries">Where everything lies in the package's zip.</param>
internal sealed record AssembledPackage(BlobInfo Bits, IReadOnlyList<PackageEntry> Entries);

/// <summary>Makes a package of uploaded bits and of files the platform already has. What is compressed stays compressed: contents are copied as they are.</summary>
internal sealed class PackageAssembler(IBlobstore blobs, ResourceCache cache, PackageLimits limits)
{
    /// <summary>1. check the bits, 2. check and find the resources, 3. store the bits as they are or write anew.</summary>
    /// <param name="upload">Blob of the bits; null when everything was matched.</param>
    /// <exception cref="PackageInvalidException">The bits or resources break a rule.</exception>
    public async Task<AssembledPackage> AssembleAsync(
        BlobInfo? upload, IReadOnlyList<ResourceFingerprint> resources, string packageGuid, CancellationToken cancellationToken)
    {
        await using var bits = upload is null
            ? null
            : await blobs.OpenSeekableAsync(upload.Key, cancellationToken) ?? throw new PackageInvalidException("The uploaded bits are gone. Create a new package and upload them again.");
        using var archive = bits is null ? null : PackageArchive.Check(bits, limits, cancellationToken); // 1.
        var matched = await MatchAsync(archive, resources, cancellationToken); // 2.
        if (matched.Count == 0 && (archive is null || archive.Entries.All(e => e.Kind == EntryKind.Folder)))
            throw new PackageInvalidException("The app has no files.");
        if (archive is { IsPlain: true } && matched.Count == 0) // 3.
        {
            await blobs.CopyAsync(upload!.Key, BlobKeys.Package(packageGuid), cancellationToken);
            return new AssembledPackage(upload with { Key = BlobKeys.Package(packageGuid) }, [.. archive.Entries]);
        }
        return await WriteAsync(packageGuid, archive, matched, cancellationToken);
    }

    private async Task<Dictionary<string, (ResourceFingerprint Resource, KnownFile File)>> MatchAsync(
        PackageArchive? archive, IReadOnlyList<ResourceFingerprint> resources, CancellationToken cancellationToken)
    {
        var matched = new Dictionary<string, (ResourceFingerprint, KnownFile)>(StringComparer.Ordinal);
        var kinds = archive?.Entries.ToDictionary(e => e.Path, e => e.Kind, StringComparer.Ordinal) ?? new(StringComparer.Ordinal);
        var unpacked = archive?.UnpackedBytes ?? 0;
        if (resources.Count > limits.MaxEntries) throw new PackageInvalidException($"There are more than {limits.MaxEntries} resources.");
        var known = await cache.FindAsync(resources, cancellationToken);
        foreach (var resource in resources)
        {
            var path = EntryPath.Parse(resource.Path ?? "", limits);
            if (path.Length == 0) throw new PackageInvalidException("A resource has no path.");
            if (!known.TryGetValue(resource, out var file)) throw Unknown(path);
            if (kinds.ContainsKey(path) || !matched.TryAdd(path, (resource, file)))
                throw new PackageInvalidException($"The resource '{EntryPath.Show(path)}' is there twice.");
            unpacked += resource.Size;
            if (unpacked > limits.MaxUnpackedBytes) throw new PackageInvalidException($"The app unpacks to more than {limits.MaxUnpackedBytes / (1024 * 1024)} MB.");
        }
        foreach (var path in matched.Keys) CheckFolders(path, kinds, matched);
        foreach (var path in kinds.Keys) CheckFolders(path, kinds, matched);
        return matched;
    }

    /// <summary>Nothing may lie below a file or a link, whichever of the two sources either came from.</summary>
    private static void CheckFolders<T>(string path, Dictionary<string, EntryKind> kinds, Dictionary<string, T> matched)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            if (matched.ContainsKey(path[..slash]) || (kinds.TryGetValue(path[..slash], out var kind) && kind != EntryKind.Folder))
                throw new PackageInvalidException($"'{EntryPath.Show(path)}' lies below '{EntryPath.Show(path[..slash])}', which is no folder.");
    }

    /// <summary>The zip goes into the blobstore while it is being written.</summary>
    private async Task<AssembledPackage> WriteAsync(
        string packageGuid, PackageArchive? archive, Dictionary<string, (ResourceFingerprint, KnownFile)> matched, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pipe = new Pipe();
        var writing = Task.Run(() => FillAsync(pipe.Writer, archive, matched, stop.Token), CancellationToken.None);
        try
        {
            var bits = await blobs.PutAsync(BlobKeys.Package(packageGuid), pipe.Reader.AsStream(), cancellationToken: cancellationToken);
            return new AssembledPackage(bits, await writing);
        }
        finally
        {
            await stop.CancelAsync();
            await pipe.Reader.CompleteAsync();
            await writing;
        }
    }

    /// <summary>Whatever goes wrong here reaches the pipe's reader.</summary>
    private async Task<IReadOnlyList<PackageEntry>> FillAsync(
        PipeWriter target, PackageArchive? archive, Dictionary<string, (ResourceFingerprint, KnownFile)> matched, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<PackageEntry> entries;
            await using (var stream = new BufferedStream(target.AsStream(leaveOpen: true), 128 * 1024))
                entries = await ZipAsync(stream, archive, matched, cancellationToken);
            await target.CompleteAsync();
            return entries;
        }
        catch (Exception e)
        {
            await target.CompleteAsync(e);
            return [];
        }
    }

    private async Task<IReadOnlyList<PackageEntry>> ZipAsync(
        Stream target, PackageArchive? archive, Dictionary<string, (ResourceFingerprint, KnownFile)> matched, CancellationToken cancellationToken)
    {
        var zip = new PackageZip(target);
        var entries = new List<PackageEntry>();
        foreach (var entry in archive?.Entries ?? [])
        {
            var name = entry.Kind == EntryKind.Folder ? entry.Path + "/" : entry.Path;
            var (attributes, time) = (EntryMode.Attributes(entry.Mode, entry.Kind), PackageZip.TimeOf(archive!.LastWriteTime(entry)));
            entries.Add(entry with { Content = await zip.AddAsync(name, attributes, time, archive.Source, entry.Content, cancellationToken) });
        }
        using var sources = new PackageSources(blobs);
        foreach (var (path, (resource, file)) in matched)
        {
            if (await sources.OpenAsync(file.PackageGuid, cancellationToken) is not { } source)
            {
                await cache.ForgetAsync(file.PackageGuid, cancellationToken);
                throw Unknown(path);
            }
            var content = new PackedContent(file.HeaderOffset, file.Method, file.Crc32, file.PackedBytes, file.Size);
            var written = await zip.AddAsync(
                path, EntryMode.Attributes(resource.Permissions(), EntryKind.File), PackageZip.NoTime, source, content, cancellationToken);
            entries.Add(new PackageEntry(path, EntryKind.File, resource.Permissions(), resource.Size, resource.Sha1, written));
        }
        await zip.FinishAsync(cancellationToken);
        return entries;
    }

    private static PackageInvalidException Unknown(string path) =>
        new($"The resource '{EntryPath.Show(path)}' is not known here (any more). Push again to upload it.");
}
