using Tatara.CloudController.Blobs;
using Tatara.Configuration;

namespace Tatara.Backup;

/// <summary>Which blobstore a platform's blobs are in: its folder, or the bucket that a note in the data folder names.</summary>
internal static class ChosenBlobstore
{
    public const string Folder = "cloud-controller/blobs";
    private const string Note = "cloud-controller/bucket";

    public static BlobPlace InFolder(string data) => BlobPlace.InFolder(Path.Combine(data, "cloud-controller"));

    /// <exception cref="SetupException">--blobstore names none.</exception>
    public static BlobPlace InBucket(PlatformOptions options) => options.Blobstore is { } file
        ? BlobPlace.InBucket(BlobstoreFile.Read(file), Path.Combine(options.Data, "cloud-controller"))
        : throw new SetupException("Which bucket?", "Name a file that says so by --blobstore.");

    /// <summary>The bucket that the note names; null: the blobs are in the folder.</summary>
    public static string? Noted(string data) => File.Exists(Path.Combine(data, Note)) ? File.ReadAllText(Path.Combine(data, Note)).Trim() : null;

    /// <summary>A platform that was started on the other store would miss the bits of all apps.</summary>
    /// <exception cref="SetupException">They are elsewhere.</exception>
    public static void RequireChosen(PlatformOptions options)
    {
        var noted = Noted(options.Data);
        if (options.Blobstore is null)
        {
            if (noted is null) return;
            throw new SetupException($"The blobs of this platform are in {noted}: it was started with --blobstore.", "Add the same --blobstore FILE, or move the blobs: ./tatara move-blobstore folder --blobstore FILE");
        }
        var bucket = BlobstoreFile.Read(options.Blobstore).Place;
        if (noted is not null && noted != bucket) throw new SetupException($"The blobs of this platform are in {noted}, not in {bucket}.", "Name that bucket by --blobstore.");
        if (noted is null && HasBlobs(options.Data)) throw new SetupException($"The blobs of this platform are in {Path.Combine(options.Data, Folder)}, not in {bucket}.", "Move them: ./tatara move-blobstore s3 --blobstore FILE");
        if (noted is null) Remember(options.Data, bucket);
    }

    public static void Remember(string data, string bucket)
    {
        Directory.CreateDirectory(Path.Combine(data, "cloud-controller"));
        AtomicFile.Write(Path.Combine(data, Note), bucket + "\n", secret: false);
    }

    public static void Forget(string data) => File.Delete(Path.Combine(data, Note));

    private static bool HasBlobs(string data) => Directory.Exists(Path.Combine(data, Folder))
        && Directory.EnumerateFiles(Path.Combine(data, Folder), "*", SearchOption.AllDirectories).Any(f => !f.Contains("/.unfinished/", StringComparison.Ordinal));
}
