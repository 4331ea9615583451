using Tatara.Configuration;

namespace Tatara.Cluster;

/// <summary>What users trust the platform by, as the authority gives it to hosts.</summary>
internal static class UserTls
{
    /// <param name="files">Text by name. Names are the authority's, and lead nowhere else.</param>
    public static void Write(string directory, IReadOnlyDictionary<string, string> files)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var (name, text) in files)
        {
            var file = Path.Combine(directory, Path.GetFileName(name));
            if (!File.Exists(file) || File.ReadAllText(file) != text) AtomicFile.Write(file, text, secret: name.EndsWith(".key", StringComparison.Ordinal));
        }
    }
}
