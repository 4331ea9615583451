using System.Text;

namespace Tatara.Cli.Upload;

/// <summary>An app in a directory, or a buildpack.</summary>
internal sealed class AppDirectory : IAppFiles
{
    private const int DirectoryMode = 0b111_101_101;
    private readonly string root;
    private readonly List<AppFile> files = [];

    /// <param name="traceFiles">Files that grow while the app is read.</param>
    /// <param name="all">Nothing is ignored.</param>
    /// <exception cref="CfException">It cannot be read, or holds nothing to upload.</exception>
    public AppDirectory(string path, IEnumerable<string> traceFiles, bool all = false)
    {
        Path = path;
        root = new DirectoryInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? System.IO.Path.GetFullPath(path);
        var cfignore = System.IO.Path.Combine(root, ".cfignore");
        var lines = File.Exists(cfignore) ? LocalFile.ReadText(cfignore).Split('\n') : [];
        var rules = new IgnoreRules(lines, traceFiles.Select(file => "/" + System.IO.Path.GetRelativePath(root, file)));
        LocalFile.Try(path, "read", () =>
        {
            Walk(new DirectoryInfo(root), "", all ? null : rules);
            return files.Count;
        });
        if (files.Count == 0) throw new CfException($"No app files found in '{path}'");
    }

    public string Path { get; }

    public IReadOnlyList<AppFile> Files => files;

    public Stream Open(AppFile file) => file.Kind == AppFileKind.Link
        ? new MemoryStream(Encoding.UTF8.GetBytes(new FileInfo(FullPath(file)).LinkTarget ?? ""))
        : LocalFile.Try(FullPath(file), "read", () => File.OpenRead(FullPath(file)));

    public DateTimeOffset LastWrite(AppFile file) => File.GetLastWriteTimeUtc(FullPath(file));

    public void Dispose()
    {
    }

    private void Walk(DirectoryInfo directory, string prefix, IgnoreRules? rules)
    {
        foreach (var entry in directory.EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var path = prefix + entry.Name;
            var isLink = entry.LinkTarget is not null;
            var isDirectory = !isLink && entry is DirectoryInfo;
            var isIgnored = rules?.IsIgnored(path, isDirectory) ?? false;
            if (!isIgnored) files.Add(Describe(entry, path, isLink, isDirectory));
            if (isDirectory && !(isIgnored && rules!.CanPrune)) Walk((DirectoryInfo)entry, path + "/", rules);
        }
    }

    private static AppFile Describe(FileSystemInfo entry, string path, bool isLink, bool isDirectory)
    {
        if (isLink) return new AppFile(path, AppFileKind.Link, 0b111_111_111, 0, "");
        if (isDirectory) return new AppFile(path, AppFileKind.Directory, DirectoryMode, 0, "");
        using var content = LocalFile.Try(entry.FullName, "read", () => File.OpenRead(entry.FullName));
        var sha1 = ContentHash.Of(content);
        return new AppFile(path, AppFileKind.File, (int)entry.UnixFileMode, content.Position, sha1);
    }

    private string FullPath(AppFile file) => System.IO.Path.Combine(root, file.Path);
}
