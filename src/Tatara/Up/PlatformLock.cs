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
            return new PlatformLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Whether another process holds it.</summary>
    public static bool IsTaken(string path)
    {
        using var taken = TryTake(path);
        return taken is null;
    }

    /// <summary>Writes down who holds it: the locked file itself cannot be read by others.</summary>
    public void WriteHolder() => File.WriteAllText(HolderFile(_file.Name), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));

    /// <summary>The process that holds the lock, or null.</summary>
    public static int? Holder(string path)
    {
        if (!IsTaken(path)) return null;
        return File.Exists(HolderFile(path)) && int.TryParse(File.ReadAllText(HolderFile(path)), out var pid) ? pid : null;
    }

    public void Dispose() => _file.Dispose();

    private static string HolderFile(string path) => Path.ChangeExtension(path, ".pid");
}
