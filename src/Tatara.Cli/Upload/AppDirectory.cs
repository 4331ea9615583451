using System.Text;

namespace Tatara.Cli.Upload;

/// <summary>An app in a directory, or a buildpack.</summary>
internal sealed class AppDirectory : IAppFiles
{
    private const int DirectoryMode = 0b111_101_101;
    private readonly string root;
    private readonly List<Found> found = [];
    private readonly Task<List<AppFile>> hashing;

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
            return found.Count;
        });
        if (found.Count == 0) throw new CfException($"No app files found in '{path}'");
        hashing = Task.Run(() => found.ConvertAll(Describe)); // While the server is asked for other things.
    }

    public string Path { get; }

    public IReadOnlyList<AppFile> Files => hashing.GetAwaiter().GetResult();

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
            if (!isIgnored) found.Add(new Found(entry, path, isLink ? AppFileKind.Link : isDirectory ? AppFileKind.Directory : AppFileKind.File));
            if (isDirectory && !(isIgnored && rules!.CanPrune)) Walk((DirectoryInfo)entry, path + "/", rules);
        }
    }

    private static AppFile Describe(Found found)
    {
        if (found.Kind == AppFileKind.Link) return new AppFile(found.Path, found.Kind, 0b111_111_111, 0, "");
        if (found.Kind == AppFileKind.Directory) return new AppFile(found.Path, found.Kind, DirectoryMode, 0, "");
        using var content = LocalFile.Try(found.Entry.FullName, "read", () => File.OpenRead(found.Entry.FullName));
        var sha1 = ContentHash.Of(content);
        return new AppFile(found.Path, found.Kind, (int)found.Entry.UnixFileMode, content.Position, sha1);
    }

    private string FullPath(AppFile file) => System.IO.Path.Combine(root, file.Path);

    private sealed record Found(FileSystemInfo Entry, string Path, AppFileKind Kind);
}
