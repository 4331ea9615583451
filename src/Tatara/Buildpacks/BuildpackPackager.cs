using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Tatara.Configuration;

namespace Tatara.Buildpacks;

/// <summary>
/// Makes the built-in buildpacks' zips: scripts, shared library and runtimes in one file, so that staging needs no network.
/// </summary>
/// <param name="sources">The folder with a folder for each buildpack, and lib/.</param>
/// <param name="target">Where the zips go, named NN-NAME.zip in detection order.</param>
internal sealed class BuildpackPackager(string sources, string target)
{
    private const int ExecutableFile = 0b1_000_000_111_101_101;
    private const int PlainFile = 0b1_000_000_110_100_100;

    /// <summary>What `cf app` shows as a buildpack's version. The built-in ones have Tatara's, unless they bring a file of their own.</summary>
    private const string VersionFile = "VERSION";

    private static readonly string Version = typeof(BuildpackPackager).Assembly.GetName().Version!.ToString(3);

    /// <summary>The built-in buildpacks in detection order, the most particular first; binary matches nothing and is asked for by name.</summary>
    public IReadOnlyList<string> DetectionOrder { get; } = ReadOrder(Path.Combine(sources, "detection-order"));

    public static string BuildpackName(string language) => language + "_buildpack";

    public string ZipOf(string language) =>
        Path.Combine(target, $"{DetectionOrder.ToList().IndexOf(language) + 1:00}-{BuildpackName(language)}.zip");

    /// <summary>The manifest of one.</summary>
    /// <exception cref="SetupException">There is none of this name, or its manifest is wrong.</exception>
    public BuildpackManifest ManifestOf(string language) => BuildpackManifest.Load(ManifestFile(language));

    public string ManifestFile(string language) => DetectionOrder.Contains(language)
        ? Path.Combine(sources, language, "manifest.yml")
        : throw new SetupException($"There is no buildpack '{language}'.", $"There are: {string.Join(", ", DetectionOrder)}.");

    /// <summary>Whether the zip that is there was made from the sources that are there.</summary>
    public bool IsCurrent(string language) => IsCurrent(ZipOf(language), Fingerprint(SourceFiles(language)));

    /// <summary>Packages one, unless its sources are those of the zip that is there. Returns whether it did.</summary>
    public async Task<bool> PackageAsync(string language, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(target);
        RemoveMisplaced(language);
        var files = SourceFiles(language);
        var fingerprint = Fingerprint(files);
        var zip = ZipOf(language);
        if (IsCurrent(zip, fingerprint)) return false;

        if (files.All(file => file.Name != "bin/detect"))
            throw new SetupException($"The buildpack {language} has no bin/detect.", $"The clone at {sources} is incomplete: clone it again.");
        var manifest = ManifestOf(language);
        var dependencies = new List<FetchedDependency>();
        foreach (var dependency in manifest.Dependencies) dependencies.Add(await FetchAsync(dependency, cancellationToken));
        var temporary = zip + ".tmp";
        await using (var stream = File.Create(temporary)) Write(stream, files, dependencies);
        File.Delete(StampOf(zip));
        File.Move(temporary, zip, overwrite: true);
        await File.WriteAllTextAsync(StampOf(zip), fingerprint, cancellationToken);
        return true;
    }

    /// <summary>Gets a runtime into the cache.</summary>
    /// <exception cref="SetupException">It cannot be had, or is not what its checksum says.</exception>
    public Task<FetchedDependency> FetchAsync(Dependency dependency, CancellationToken cancellationToken) =>
        new DependencyFetcher(Path.Combine(target, "cache")).FetchAsync(dependency, cancellationToken);

    private static IReadOnlyList<string> ReadOrder(string file)
    {
        if (!File.Exists(file)) throw new SetupException($"There is no {file}.", "The clone is incomplete: clone it again.");
        return [.. File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0)];
    }

    /// <summary>The number in a zip's name is its place in the order: an older one under another number would be installed as well.</summary>
    private void RemoveMisplaced(string language)
    {
        foreach (var zip in Directory.GetFiles(target, $"??-{BuildpackName(language)}.zip").Where(zip => zip != ZipOf(language)))
        {
            File.Delete(StampOf(zip));
            File.Delete(zip);
        }
    }

    private static string StampOf(string zip) => zip + ".sources";

    private static bool IsCurrent(string zip, string fingerprint) =>
        File.Exists(zip) && File.Exists(StampOf(zip)) && File.ReadAllText(StampOf(zip)) == fingerprint;

    private List<(string Name, string File)> SourceFiles(string language)
    {
        var own = Path.Combine(sources, language);
        var lib = Path.Combine(sources, "lib");
        if (!Directory.Exists(own)) throw new SetupException($"There is no folder {own}.", "The clone is incomplete: clone it again.");
        return [.. Under(own, "").Concat(Under(lib, "lib/")).OrderBy(f => f.Name, StringComparer.Ordinal)];

        static IEnumerable<(string Name, string File)> Under(string directory, string prefix) =>
            Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
                .Select(file => (prefix + Path.GetRelativePath(directory, file), file));
    }

    private static string Fingerprint(List<(string Name, string File)> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Version + "\n"));
        foreach (var (name, file) in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name + "\n"));
            hash.AppendData(File.ReadAllBytes(file));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Write(Stream stream, List<(string Name, string File)> files, List<FetchedDependency> dependencies)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create);
        foreach (var (name, file) in files)
        {
            var executable = File.GetUnixFileMode(file).HasFlag(UnixFileMode.UserExecute);
            using var source = File.OpenRead(file);
            Add(archive, name, executable ? ExecutableFile : PlainFile, CompressionLevel.Optimal, source);
        }
        if (!files.Exists(f => f.Name == VersionFile)) Add(archive, VersionFile, PlainFile, CompressionLevel.Optimal, new MemoryStream(Encoding.UTF8.GetBytes(Version + "\n")));
        var table = string.Concat(dependencies.SelectMany(d => d.Stacks.Select(stack =>
            $"{d.Name}\t{d.Version}\t{stack}\t{d.Sha256}\t{Path.GetFileName(d.File)}\n")));
        Add(archive, "dependencies.tsv", PlainFile, CompressionLevel.Optimal, new MemoryStream(Encoding.UTF8.GetBytes(table)));
        foreach (var dependency in dependencies)
        {
            using var source = File.OpenRead(dependency.File);
            Add(archive, "dependencies/" + Path.GetFileName(dependency.File), PlainFile, CompressionLevel.NoCompression, source);
        }
    }

    private static void Add(ZipArchive archive, string name, int mode, CompressionLevel level, Stream content)
    {
        var entry = archive.CreateEntry(name, level);
        entry.ExternalAttributes = mode << 16;
        using var target = entry.Open();
        content.CopyTo(target);
    }
}
