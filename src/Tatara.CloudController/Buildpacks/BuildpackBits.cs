using System.IO.Compression;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Buildpacks;

/// <summary>Keeps the zips of buildpacks in the blobstore. They are named by guid and hash, so new bits never overwrite those in use.</summary>
internal sealed class BuildpackBits(IBlobstore blobs)
{
    /// <summary>Most that a buildpack may have; the cached ones of large runtimes come near.</summary>
    public const long MaxBytes = 4L * 1024 * 1024 * 1024;

    private const int MaxEntries = 200_000;

    /// <summary>One of these makes a directory a buildpack.</summary>
    private static readonly string[] s_scripts = ["bin/detect", "bin/supply", "bin/finalize", "bin/compile"];

    /// <summary>Names the bits in messages to DEAs too: their cache key.</summary>
    public static string Key(string guid, string sha256) => $"{guid}_{sha256}";

    /// <summary>Takes over bits that were uploaded, once they prove to be a buildpack. Returns false when they are gone, because that was done already.</summary>
    public bool Adopt(Buildpack buildpack, string uploadKey, string fileName, string sha256)
    {
        using (var content = blobs.Open(uploadKey))
        {
            if (content is null) return false;
            Check(content);
        }
        var old = buildpack.Sha256;
        if (!blobs.Move(uploadKey, BlobKeys.Buildpack(Key(buildpack.Guid, sha256)))) return false;
        if (old is not null && old != sha256) Delete(buildpack.Guid, old);
        (buildpack.Sha256, buildpack.Filename, buildpack.State) = (sha256, fileName, "READY");
        return true;
    }

    public void Delete(string guid, string sha256) => blobs.Delete(BlobKeys.Buildpack(Key(guid, sha256)));

    private static void Check(Stream content)
    {
        try
        {
            using var zip = new ZipArchive(content, ZipArchiveMode.Read);
            if (zip.Entries.Count > MaxEntries) throw Invalid($"it has more than {MaxEntries} entries");
            if (!zip.Entries.Any(e => s_scripts.Contains(e.FullName))) throw Invalid("it has none of bin/detect, bin/supply, bin/finalize, bin/compile");
        }
        catch (InvalidDataException e)
        {
            throw Invalid(e.Message);
        }
    }

    private static ApiException Invalid(string why) => ApiErrors.Make(422, 390013, "BuildpackZipError", $"Buildpack zip error: {why}");
}
