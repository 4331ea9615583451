using System.Globalization;

namespace Tatara.Up;

/// <summary>Held while a part runs on its folder: the kernel lets go of it however the process ends.</summary>
internal sealed class PlatformLock : IDisposable
{
    private readonly FileStream _file;

    private PlatformLock(FileStream file) => _file = file;

    /// <summary>Takes the lock; null when another process holds it.</summary>
    public static PlatformLock? TryTake(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            file.SetLength(0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
            return new PlatformLock(file);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}
