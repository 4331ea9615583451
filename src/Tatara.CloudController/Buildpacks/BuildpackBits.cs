using System.IO.Compression;
using System.Text.RegularExpressions;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Manifests;

namespace Tatara.CloudController.Buildpacks;

/// <summary>
/// Keeps the zips of buildpacks in the blobstore. They are named by guid and hash, so new bits never overwrite those in use: a build
/// under way may still fetch the ones before, which <see cref="BlobCleaning"/> removes later.
/// </summary>
internal sealed partial class BuildpackBits(IBlobstore blobs)
{
    /// <summary>Most that a buildpack may have; the cached ones of large runtimes come near.</summary>
    public const long MaxBytes = 4L * 1024 * 1024 * 1024;

    private const int MaxEntries = 200_000;
    private const int MaxManifestBytes = 1024 * 1024;

    /// <summary>Names the bits in messages to DEAs too: their cache key.</summary>
    public static string Key(string guid, string sha256) => $"{guid}_{sha256}";

    /// <summary>Takes over bits that were uploaded, once they prove to be a buildpack. Returns false when they are gone, because that was done already.</summary>
    public async Task<bool> AdoptAsync(Buildpack buildpack, string uploadKey, string fileName, string sha256, CancellationToken cancellationToken)
    {
        await using (var content = await blobs.OpenSeekableAsync(uploadKey, cancellationToken))
        {
            if (content is null) return false;
            using var zip = Open(content);
        }
        if (!await blobs.MoveAsync(uploadKey, BlobKeys.Buildpack(Key(buildpack.Guid, sha256)), cancellationToken)) return false;
        (buildpack.Sha256, buildpack.Filename, buildpack.State) = (sha256, fileName, "READY");
        return true;
    }

    public Task DeleteAsync(string guid, string sha256, CancellationToken cancellationToken) =>
        blobs.DeleteAsync(BlobKeys.Buildpack(Key(guid, sha256)), cancellationToken);

    public async Task<bool> IsZipAsync(string uploadKey, CancellationToken cancellationToken)
    {
        var start = new byte[4];
        await using var content = await blobs.OpenAsync(uploadKey, cancellationToken);
        return content is not null
            && await content.Stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken) == start.Length
            && start.AsSpan().SequenceEqual("PK\x03\x04"u8);
    }

    /// <summary>The stack that the manifest.yml of uploaded bits names, if it does.</summary>
    /// <exception cref="ApiException">They are no buildpack.</exception>
    public async Task<string?> StackOfAsync(string uploadKey, CancellationToken cancellationToken)
    {
        await using var content = await blobs.OpenSeekableAsync(uploadKey, cancellationToken);
        if (content is null) return null;
        using var zip = Open(content);
        return zip.GetEntry("manifest.yml") is { } manifest ? ReadStack(manifest) : null;
    }

    private static ZipArchive Open(Stream content)
    {
        try
        {
            var zip = new ZipArchive(content, ZipArchiveMode.Read);
            if (zip.Entries.Count > MaxEntries) throw Invalid($"it has more than {MaxEntries} entries");
            if (!zip.Entries.Any(e => Script().IsMatch(e.FullName))) throw Invalid("it has none of bin/detect, bin/supply, bin/finalize, bin/compile");
            return zip;
        }
        catch (InvalidDataException e)
        {
            throw Invalid(e.Message);
        }
    }

    private static string? ReadStack(ZipArchiveEntry manifest)
    {
        if (manifest.Length > MaxManifestBytes) throw Invalid("buildpack manifest is too large");
        using var reader = new StreamReader(manifest.Open());
        // An entry may have more than it says.
        var text = new char[MaxManifestBytes];
        var length = reader.ReadBlock(text);
        try
        {
            return ManifestYaml.Read(new string(text, 0, length)) is ManifestMap map && map.Fields.GetValueOrDefault("stack") is ManifestScalar { IsNull: false, Text.Length: > 0 } stack ? stack.Text : null;
        }
        catch (ApiException)
        {
            throw Invalid("buildpack manifest is not valid");
        }
    }

    /// <summary>One of these makes a directory a buildpack, its own or the only one in it.</summary>
    [GeneratedRegex("^([^/]+/)?bin/(detect|supply|finalize|compile)$")]
    private static partial Regex Script();

    private static ApiException Invalid(string why) => ApiErrors.Make(422, 390013, "BuildpackZipError", $"Buildpack zip error: {why}");
}
