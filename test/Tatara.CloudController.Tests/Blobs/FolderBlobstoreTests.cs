using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Tatara.CloudController.Blobs;

namespace Tatara.CloudController.Tests.Blobs;

public sealed class FolderBlobstoreTests : BlobstoreContract, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tatara-blobs-").FullName;
    private readonly FolderBlobstore _blobs;

    public FolderBlobstoreTests() => _blobs = Create(_root);

    private protected override IBlobstore Blobs => _blobs;

    protected override IReadOnlyList<string> Unfinished => UnfinishedIn(_root);

    public void Dispose() => Directory.Delete(_root, recursive: true);

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
            (await blobs.SizeAsync("key")).ShouldBeNull();
            UnfinishedIn(small).ShouldBeEmpty();

            // With a reserve it says so before.
            blobs = new FolderBlobstore(small, TimeProvider.System, NullLogger<FolderBlobstore>.Instance, reservedBytes: 4 << 20);
            error = await Should.ThrowAsync<BlobstoreFullException>(() => blobs.PutAsync("key", new MemoryStream(new byte[10])));
            error.Message.ShouldBe("The blobstore's disk is nearly full: 0 MB free, 4 MB are kept in reserve.");
            UnfinishedIn(small).ShouldBeEmpty();
        }
        finally
        {
            Run("umount", small);
            Directory.Delete(small);
        }
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

        UnfinishedIn(_root).ShouldBe([young, slow], ignoreOrder: true);
    }

    private static FolderBlobstore Create(string root) => new(root, TimeProvider.System, NullLogger<FolderBlobstore>.Instance);

    private static string[] UnfinishedIn(string root) => Directory.GetFiles(Path.Combine(root, ".unfinished"));

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, command);
    }
}
