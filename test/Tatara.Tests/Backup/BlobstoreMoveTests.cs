using Tatara.Backup;
using Tatara.CloudController.Blobs;
using Tatara.Configuration;
using Tatara.Testing;

namespace Tatara.Tests.Backup;

public sealed class BlobstoreMoveTests : IAsyncLifetime
{
    private const string Blob = "packages/ab/package";

    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-blobs-").FullName;
    private S3Server _s3 = null!;

    public async Task InitializeAsync() => _s3 = await S3Server.StartAsync();

    public async Task DisposeAsync()
    {
        await _s3.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Move_ToABucketAndBack_KeepsTheBlobs()
    {
        var (folder, bucket) = Options("old");
        await FillAsync(folder);

        (await Move(bucket).ToBucketAsync(default)).ShouldBe((3, 20_000_000 + 7 + 8));

        _s3.Objects.ShouldBe(["one/buildpack-caches/app/bookworm", "one/droplets/large", "one/" + Blob]);
        Directory.Exists(Path.Combine(folder.Data, ChosenBlobstore.Folder)).ShouldBeFalse();
        Directory.GetDirectories(Path.Combine(folder.Data, "cloud-controller"), "blobs.moved-*").Length.ShouldBe(1);
        ChosenBlobstore.RequireChosen(bucket);
        Should.Throw<SetupException>(() => ChosenBlobstore.RequireChosen(folder)).Advice.ShouldContain("move-blobstore folder");
        await Should.ThrowAsync<SetupException>(() => Move(bucket).ToBucketAsync(default));

        (await Move(bucket).ToFolderAsync(default)).Blobs.ShouldBe(3);

        File.ReadAllText(Path.Combine(folder.Data, ChosenBlobstore.Folder, Blob)).ShouldBe("package");
        new FileInfo(Path.Combine(folder.Data, ChosenBlobstore.Folder, "droplets/large")).Length.ShouldBe(20_000_000);
        ChosenBlobstore.RequireChosen(folder);
        Should.Throw<SetupException>(() => ChosenBlobstore.RequireChosen(bucket)).Advice.ShouldContain("move-blobstore s3");
        await Should.ThrowAsync<SetupException>(() => Move(bucket).ToFolderAsync(default));
    }

    [Fact]
    public async Task Move_CutOff_GoesOnWhereItWas()
    {
        var (folder, bucket) = Options("old");
        await FillAsync(folder);
        await _s3.KillAsync();
        await Should.ThrowAsync<BlobException>(() => Move(bucket).ToBucketAsync(default));
        await _s3.StartAgainAsync();
        ChosenBlobstore.RequireChosen(folder);

        await Move(bucket).ToBucketAsync(default);
        _s3.Objects.Count.ShouldBe(3);

        // And back: what is there is not fetched again, what was cut off is.
        await BlobPlaces(bucket).Bucket.CopyToAsync(BlobPlaces(bucket).Folder, default);
        var there = Path.Combine(folder.Data, ChosenBlobstore.Folder);
        var before = File.GetLastWriteTimeUtc(Path.Combine(there, Blob));
        File.WriteAllText(Path.Combine(there, "droplets/large"), "cut");
        (await Move(bucket).ToFolderAsync(default)).Blobs.ShouldBe(3);
        File.GetLastWriteTimeUtc(Path.Combine(there, Blob)).ShouldBe(before);
        new FileInfo(Path.Combine(there, "droplets/large")).Length.ShouldBe(20_000_000);
    }

    [Fact]
    public async Task Move_BlobThatChangedSince_IsCopiedAgain()
    {
        var (folder, bucket) = Options("old");
        await FillAsync(folder);
        await BlobPlaces(bucket).Folder.CopyToAsync(BlobPlaces(bucket).Bucket, default);
        var cache = Path.Combine(folder.Data, ChosenBlobstore.Folder, "buildpack-caches/app/bookworm");
        await File.WriteAllTextAsync(cache, "OTHERS..");
        File.SetLastWriteTimeUtc(cache, DateTime.UtcNow.AddHours(1));

        await Move(bucket).ToBucketAsync(default);
        await Move(bucket).ToFolderAsync(default);

        File.ReadAllText(cache).ShouldBe("OTHERS..");
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Restore_OfABackup_BringsTheBlobsWhereTheyAreToBe(bool fromBucket, bool toBucket)
    {
        var (old, oldBucket) = Options("old");
        await FillAsync(old);
        if (fromBucket) await Move(oldBucket).ToBucketAsync(default);
        var (restored, restoredBucket) = Options("restored");
        var file = Path.Combine(_directory, "backup.tar");

        await new PlatformBackup(fromBucket ? oldBucket : old).WriteAsync(file, default);
        await new PlatformRestore(toBucket ? restoredBucket : restored).ReadAsync(file, default);

        if (toBucket)
        {
            _s3.Objects.Where(o => o.StartsWith("restored/", StringComparison.Ordinal)).Count().ShouldBe(3);
            Directory.Exists(Path.Combine(restored.Data, ChosenBlobstore.Folder)).ShouldBeFalse();
            ChosenBlobstore.RequireChosen(restoredBucket);
            await Move(restoredBucket).ToFolderAsync(default);
        }
        ChosenBlobstore.RequireChosen(restored);
        File.ReadAllText(Path.Combine(restored.Data, ChosenBlobstore.Folder, Blob)).ShouldBe("package");
    }

    [Fact]
    public async Task Restore_BucketOfAnotherPlatform_IsRefusedAndChangesNothing()
    {
        var (old, oldBucket) = Options("old");
        await FillAsync(old);
        var file = Path.Combine(_directory, "backup.tar");
        await new PlatformBackup(old).WriteAsync(file, default);
        await File.WriteAllTextAsync(Path.Combine(old.Data, ChosenBlobstore.Folder, "packages/more"), "more");
        await Move(oldBucket).ToBucketAsync(default);
        var restored = oldBucket with { Data = Path.Combine(_directory, "restored") };

        (await Should.ThrowAsync<SetupException>(() => new PlatformRestore(restored).ReadAsync(file, default))).Problem.ShouldContain("packages/more");

        Path.Exists(restored.Data).ShouldBeFalse();
        _s3.Objects.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("endpoint: http://s3.example.com\nbucket: apps\naccess_key: a\nsecret_key: hidden", null)]
    [InlineData("endpoint: https://s3.example.com\nregion: eu-central-1\nbucket: apps\nprefix: one/two\npath_style: true\naccess_key: a\nsecret_key: hidden\npublic_endpoint: https://s3.example.org\ndownloads: through-api", null)]
    [InlineData("", "empty")]
    [InlineData("bucket: apps\naccess_key: a\nsecret_key: hidden", "endpoint is missing")]
    [InlineData("endpoint: s3.example.com\nbucket: apps\naccess_key: a\nsecret_key: hidden", "no address")]
    [InlineData("endpoint: https://s3.example.com/path\nbucket: apps\naccess_key: a\nsecret_key: hidden", "without a path")]
    [InlineData("endpoint: https://u:p@s3.example.com\nbucket: apps\naccess_key: a\nsecret_key: hidden", "without names or passwords")]
    [InlineData("endpoint: https://s3.example.com\nbucket: A\naccess_key: a\nsecret_key: hidden", "bucket's name")]
    [InlineData("endpoint: https://s3.example.com\nbucket: apps\nprefix: /x\naccess_key: a\nsecret_key: hidden", "prefix")]
    [InlineData("endpoint: https://s3.example.com\nbucket: apps\nsecret_key: hidden", "access key")]
    [InlineData("endpoint: https://s3.example.com\nbucket: apps\naccess_key: a\nsecret_key: hidden\ndownloads: no", "downloads")]
    [InlineData("endpoint: https://s3.example.com\nbucket: apps\naccess_key: a\nsecret_key: hidden\nsecret: hidden", "line 5")]
    [InlineData("endpoint: https://s3.example.com\nbucket: apps\nbucket: hidden\naccess_key: a", "line 3")]
    [InlineData("- hidden", "line 1")]
    public void Read_BlobstoreFile_IsStrictAndRepeatsNoSecret(string text, string? problem)
    {
        var file = Path.Combine(_directory, "blobstore.yml");
        AtomicFile.Write(file, text, secret: true);

        if (problem is null)
        {
            BlobstoreFile.Read(file).SecretKey.ShouldBe("hidden");
            BlobstoreFile.Read(file).ToString().ShouldNotContain("hidden");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead);
            Should.Throw<SetupException>(() => BlobstoreFile.Read(file)).Advice.ShouldStartWith("chmod 600");
            return;
        }
        var error = Should.Throw<SetupException>(() => BlobstoreFile.Read(file));
        error.Problem.ShouldContain(problem);
        error.ToString().ShouldNotContain("hidden");
    }

    private static BlobstoreMove Move(PlatformOptions options) => new(options, TimeProvider.System);

    private static (BlobPlace Folder, BlobPlace Bucket) BlobPlaces(PlatformOptions options) => (ChosenBlobstore.InFolder(options.Data), ChosenBlobstore.InBucket(options));

    private (PlatformOptions Folder, PlatformOptions Bucket) Options(string name)
    {
        var file = Path.Combine(_directory, name + ".yml");
        var prefix = name == "old" ? "one" : name;
        AtomicFile.Write(file, $"endpoint: {_s3.Endpoint}\nbucket: {_s3.Bucket}\nprefix: {prefix}\npath_style: true\naccess_key: {_s3.AccessKey}\nsecret_key: {_s3.SecretKey}\n", secret: true);
        var folder = new PlatformOptions { Data = Path.Combine(_directory, name) };
        return (folder, folder with { Blobstore = file });
    }

    private static async Task FillAsync(PlatformOptions options)
    {
        await ComponentDatabasesOf(options);
        AtomicFile.Write(options.SecretsFile, "{}", secret: true);
        foreach (var (name, text) in ((string, string)[])[(Blob, "package"), ("buildpack-caches/app/bookworm", "contents"), ("droplets/large", new string('x', 20_000_000))])
        {
            var path = Path.Combine(options.Data, ChosenBlobstore.Folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, text);
        }
    }

    private static Task ComponentDatabasesOf(PlatformOptions options)
    {
        foreach (var folder in (string[])["cloud-controller", "uaa"]) Directory.CreateDirectory(Path.Combine(options.Data, folder));
        return ComponentDatabases.Of(options).MigrateAsync(default);
    }
}
