using Tatara.Dea.Linux;

namespace Tatara.Dea.Staging;

/// <summary>
/// Named pipes through which a staging container hands over what it made. The container sees their directory read-only, so it can
/// write nothing to this machine's disk but what is read here, bounded.
/// </summary>
internal sealed class StagingPipes
{
    public const string Result = "result", Tree = "tree", Droplet = "droplet", Cache = "cache";

    private static readonly string[] Names = [Result, Tree, Droplet, Cache];
    private static readonly TimeSpan ReleaseInterval = TimeSpan.FromMilliseconds(20);

    public StagingPipes(string directory, int ownerId)
    {
        Directory = System.IO.Directory.CreateDirectory(Path.Combine(directory, "pipes")).FullName;
        foreach (var name in Names)
        {
            Native.MakePipe(Path.Combine(Directory, name));
            Native.ChangeOwner(Path.Combine(Directory, name), ownerId);
        }
    }

    public string Directory { get; }

    /// <summary>Opens a pipe for reading, as soon as the other side opens it for writing. That may be minutes, so it is not a pool thread that waits.</summary>
    public Task<Stream> OpenAsync(string name) => Task.Factory.StartNew(
        () => (Stream)new FileStream(Path.Combine(Directory, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0),
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>The container is gone: whoever still waits for a pipe to be opened finds it empty.</summary>
    public async Task ReleaseAsync(Task reading)
    {
        while (!reading.IsCompleted)
        {
            foreach (var name in Names)
            {
                // Opened for both, a pipe never blocks.
                await using var writer = new FileStream(Path.Combine(Directory, name), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            }
            await Task.WhenAny(reading, Task.Delay(ReleaseInterval));
        }
    }
}
