using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tatara.CloudController.Blobs;

namespace Tatara.CloudController.Tests.Blobs;

public sealed class FolderBlobstoreTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tatara-blobs-").FullName;
    private readonly FolderBlobstore _blobs;

    public FolderBlobstoreTests() => _blobs = Create(_root);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task PutAsync_Content_IsReadBackWithItsHashes()
    {
        var bytes = RandomNumberGenerator.GetBytes(300_000);

        var info = await _blobs.PutAsync("a/b/c", new MemoryStream(bytes));

        info.Size.ShouldBe(300_000);
        info.Sha1.ShouldBe(Convert.ToHexStringLower(SHA1.HashData(bytes)));
        info.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));
        (await ReadAsync("a/b/c")).ShouldBe(bytes);
    }

    [Fact]
    public async Task PutAsync_SourceBreaks_OldContentStaysAndNothingIsLeft()
    {
        await PutAsync("key", "old");

        await Should.ThrowAsync<IOException>(() => _blobs.PutAsync("key", new BrokenStream(1_000_000)));

        Encoding.UTF8.GetString((await ReadAsync("key"))!).ShouldBe("old");
        Unfinished(_root).ShouldBeEmpty();
    }

    [Fact]
    public async Task PutAsync_LargerThanAllowed_IsRefusedAndNothingIsLeft()
    {
        await Should.ThrowAsync<BlobTooLargeException>(() => _blobs.PutAsync("key", new MemoryStream(new byte[11]), maxBytes: 10));

        _blobs.Size("key").ShouldBeNull();
        Unfinished(_root).ShouldBeEmpty();
    }

    [Fact]
    public async Task PutAsync_OtherChecksum_IsRefused()
    {
        var expected = Convert.ToHexStringLower(SHA1.HashData("whole"u8));

        await Should.ThrowAsync<BlobChecksumException>(() => _blobs.PutAsync("key", new MemoryStream("who"u8.ToArray()), expectedSha1: expected));

        _blobs.Size("key").ShouldBeNull();
    }

    [Theory]
    [InlineData("../out")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/.hidden")]
    [InlineData("a/..")]
    [InlineData("")]
    [InlineData("a b")]
    public async Task PutAsync_BadKey_IsRefused(string key) =>
        await Should.ThrowAsync<ArgumentException>(() => _blobs.PutAsync(key, new MemoryStream()));

    [Fact]
    public async Task PutAsync_DiskFull_SaysSoAndLeavesNothing()
    {
        var small = Directory.CreateTempSubdirectory("tatara-small-disk-").FullName;
        Run("mount", "-t", "tmpfs", "-o", "size=256k", "tatara-test", small);
        try
        {
            var blobs = Create(small);

            var error = await Should.ThrowAsync<BlobstoreFullException>(() => blobs.PutAsync("key", new MemoryStream(new byte[1_000_000])));

            error.Message.ShouldContain("no space left");
            blobs.Size("key").ShouldBeNull();
            Unfinished(small).ShouldBeEmpty();

            // With a reserve it says so before.
            blobs = new FolderBlobstore(small, TimeProvider.System, NullLogger<FolderBlobstore>.Instance, reservedBytes: 4 << 20);
            error = await Should.ThrowAsync<BlobstoreFullException>(() => blobs.PutAsync("key", new MemoryStream(new byte[10])));
            error.Message.ShouldBe("The blobstore's disk is nearly full: 0 MB free, 4 MB are kept in reserve.");
            Unfinished(small).ShouldBeEmpty();
        }
        finally
        {
            Run("umount", small);
            Directory.Delete(small);
        }
    }

    [Fact]
    public async Task Delete_ThereAndNotThere_IsGone()
    {
        await PutAsync("x/y", "1");

        _blobs.Delete("x/y");
        _blobs.Delete("x/y");
        _blobs.Delete("never/was");

        _blobs.Open("x/y").ShouldBeNull();
    }

    [Fact]
    public async Task DeleteAll_Prefix_TakesOnlyWhatLiesBelow()
    {
        await PutAsync("caches/app/one", "1");
        await PutAsync("caches/app/two", "2");
        await PutAsync("caches/other/one", "3");

        _blobs.DeleteAll("caches/app");
        _blobs.DeleteAll("caches/nobody");

        _blobs.Size("caches/app/one").ShouldBeNull();
        _blobs.Size("caches/app/two").ShouldBeNull();
        _blobs.Size("caches/other/one").ShouldBe(1);
    }

    [Fact]
    public async Task CopyAsync_Blob_HasBothKeys()
    {
        await PutAsync("from", "content");

        (await _blobs.CopyAsync("from", "some/where/to")).ShouldBeTrue();
        (await _blobs.CopyAsync("nothing", "to")).ShouldBeFalse();

        _blobs.Size("from").ShouldBe(7);
        _blobs.Size("some/where/to").ShouldBe(7);
    }

    [Fact]
    public void Constructor_LeftoversOfADeadProcess_AreRemoved()
    {
        var old = Path.Combine(_root, ".unfinished", "old");
        var young = Path.Combine(_root, ".unfinished", "young");
        var slow = Path.Combine(_root, ".unfinished", "slow");
        File.WriteAllText(old, "");
        File.WriteAllText(young, "");
        using var writer = new FileStream(slow, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddMinutes(-2));
        File.SetLastWriteTimeUtc(slow, DateTime.UtcNow.AddMinutes(-2));

        Create(_root);

        Unfinished(_root).ShouldBe([young, slow], ignoreOrder: true);
    }

    private static FolderBlobstore Create(string root) => new(root, TimeProvider.System, NullLogger<FolderBlobstore>.Instance);

    private static string[] Unfinished(string root) => Directory.GetFiles(Path.Combine(root, ".unfinished"));

    private Task<BlobInfo> PutAsync(string key, string content) => _blobs.PutAsync(key, new MemoryStream(Encoding.UTF8.GetBytes(content)));

    private async Task<byte[]?> ReadAsync(string key)
    {
        await using var stream = _blobs.Open(key);
        if (stream is null) return null;
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, command);
    }

    /// <summary>Gives some bytes, then fails like a connection that broke.</summary>
    private sealed class BrokenStream(int bytes) : MemoryStream(new byte[bytes])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await base.ReadAsync(buffer, cancellationToken);
            return count > 0 ? count : throw new IOException("The connection broke.");
        }
    }
}
