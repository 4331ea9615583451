namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>A sample that a test may spoil.</summary>
internal sealed class AppCopy : IDisposable
{
    public AppCopy(string sample)
    {
        foreach (var file in System.IO.Directory.EnumerateFiles(sample, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(Directory, Path.GetRelativePath(sample, file));
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("tatara-app-").FullName;

    public void Write(string name, string content) => File.WriteAllText(Path.Combine(Directory, name), content);

    public void Replace(string name, string old, string now)
    {
        var text = File.ReadAllText(Path.Combine(Directory, name));
        text.ShouldContain(old);
        Write(name, text.Replace(old, now, StringComparison.Ordinal));
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
