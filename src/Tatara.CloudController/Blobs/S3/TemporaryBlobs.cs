namespace Tatara.CloudController.Blobs.S3;

/// <summary>Copies of blobs on this machine's disk, for those who read in any order. A copy has no name, so none outlives its reader.</summary>
internal sealed class TemporaryBlobs(string folder)
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>A blob whose transfer broke is fetched from its beginning again.</summary>
    private const int Attempts = 3;

    /// <summary>ENOSPC and EDQUOT.</summary>
    private const int NoSpace = 28, OverQuota = 122;

    public async Task<Stream?> FetchAsync(Func<Task<BlobContent?>> open, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await CopyAsync(open, cancellationToken);
            }
            catch (IOException e) when (e.HResult is NoSpace or OverQuota)
            {
                throw new BlobstoreFullException("There is no space left on Cloud Controller's disk.", e);
            }
            catch (BlobstoreUnavailableException) when (attempt < Attempts)
            {
                // From its beginning again.
            }
        }
    }

    private async Task<Stream?> CopyAsync(Func<Task<BlobContent?>> open, CancellationToken cancellationToken)
    {
        await using var content = await open();
        if (content is null) return null;
        var file = Create();
        try
        {
            await content.Stream.CopyToAsync(file, BufferBytes, cancellationToken);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync(); // On a full disk it fails, too, and for the same reason.
            throw;
        }
    }

    private FileStream Create()
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferBytes, FileOptions.Asynchronous);
        File.Delete(path);
        return file;
    }
}
