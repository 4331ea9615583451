using System.Diagnostics;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Blobs.S3;

namespace Tatara.CloudController.Tests.Blobs;

public sealed class TemporaryBlobsTests
{
    private const int Megabyte = 1024 * 1024;

    /// <summary>Closing what was half written fails as well, and must not hide why.</summary>
    [Fact]
    public async Task Fetch_DiskIsFull_SaysSo()
    {
        var folder = Directory.CreateTempSubdirectory("temporary-blobs-");
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "none", folder.FullName);
        try
        {
            var blobs = new TemporaryBlobs(folder.FullName);
            var refused = await Should.ThrowAsync<BlobstoreFullException>(() => blobs.FetchAsync(
                () => Task.FromResult<BlobContent?>(new BlobContent(new MemoryStream(new byte[2 * Megabyte + 1]), 2 * Megabyte + 1)), CancellationToken.None));
            refused.Message.ShouldBe("There is no space left on Cloud Controller's disk.");
        }
        finally
        {
            await RunAsync("umount", "--lazy", folder.FullName);
            folder.Delete();
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0);
    }
}
