namespace Tatara.Cli.Tests;

internal sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory() => Path = Directory.CreateTempSubdirectory("cf-test-").FullName;

    public string Path { get; }

    public string File(string name, string content = "", int mode = 0)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, content);
        if (mode != 0) System.IO.File.SetUnixFileMode(path, (UnixFileMode)mode);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
