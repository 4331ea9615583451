using System.IO.Compression;

namespace Tatara.Cli.Upload;

/// <summary>An app in a zip, jar or war. Names are passed on as they are: what they may be is the server's to say.</summary>
internal sealed class AppArchive : IAppFiles
{
    private const int FileMode = 0b111_100_100;
    private const int DirectoryMode = 0b111_101_101;
    private readonly ZipArchive zip;
    private readonly Dictionary<string, ZipArchiveEntry> entries = [];
    private readonly List<AppFile> files = [];

    /// <exception cref="CfException">It is not a zip, or holds nothing to upload.</exception>
    public AppArchive(string path)
    {
        Path = path;
        try
        {
            zip = ZipFile.OpenRead(path);
            var rules = new IgnoreRules(Cfignore(), []);
            foreach (var entry in zip.Entries) Add(entry, rules);
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            zip?.Dispose();
            throw new CfException($"'{path}' is neither a directory nor a readable zip file: {error.Message}", error);
        }

        if (!files.Any(file => file.Kind != AppFileKind.Directory)) throw new CfException($"No app files found in '{path}'");
    }

    public string Path { get; }

    public IReadOnlyList<AppFile> Files => files;

    public Stream Open(AppFile file) => entries[file.Path].Open();

    public DateTimeOffset LastWrite(AppFile file) => entries[file.Path].LastWriteTime;

    public void Dispose() => zip.Dispose();

    private void Add(ZipArchiveEntry entry, IgnoreRules rules)
    {
        var name = entry.FullName.Replace('\\', '/');
        var isDirectory = name.EndsWith('/');
        var path = name.TrimEnd('/');
        if (path.Length == 0 || rules.IsIgnored(path, isDirectory) || !entries.TryAdd(path, entry)) return;
        files.Add(Describe(entry, path, isDirectory));
    }

    private static AppFile Describe(ZipArchiveEntry entry, string path, bool isDirectory)
    {
        var mode = (int)((uint)entry.ExternalAttributes >> 16);
        if (isDirectory) return new AppFile(path, AppFileKind.Directory, DirectoryMode, 0, "");
        if ((mode & 0xF000) == 0xA000) return new AppFile(path, AppFileKind.Link, 0b111_111_111, 0, "");
        using var content = entry.Open();
        var permissions = mode & 0b111_111_111;
        return new AppFile(path, AppFileKind.File, permissions == 0 ? FileMode : permissions, entry.Length, ContentHash.Of(content));
    }

    private string[] Cfignore()
    {
        if (zip.GetEntry(".cfignore") is not { } entry) return [];
        using var reader = new StreamReader(entry.Open());
        return reader.ReadToEnd().Split('\n');
    }
}
