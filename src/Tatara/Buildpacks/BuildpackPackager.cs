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
    /// <summary>Detection order, the most particular first; binary matches nothing and is asked for by name.</summary>
    public static readonly IReadOnlyList<string> DetectionOrder = ["staticfile", "ruby", "binary"];

    private const int ExecutableFile = 0b1_000_000_111_101_101;
    private const int PlainFile = 0b1_000_000_110_100_100;

    public static string BuildpackName(string language) => language + "_buildpack";

    public string ZipOf(string language) =>
        Path.Combine(target, $"{DetectionOrder.ToList().IndexOf(language) + 1:00}-{BuildpackName(language)}.zip");

    /// <summary>Whether the zip that is there was made from the sources that are there.</summary>
    public bool IsCurrent(string language) => IsCurrent(ZipOf(language), Fingerprint(SourceFiles(language)));

    /// <summary>Packages one, unless its sources are those of the zip that is there. Returns whether it did.</summary>
    public async Task<bool> PackageAsync(string language, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(target);
        var files = SourceFiles(language);
        var fingerprint = Fingerprint(files);
        var zip = ZipOf(language);
        if (IsCurrent(zip, fingerprint)) return false;

        if (files.All(file => file.Name != "bin/detect"))
            throw new SetupException($"The buildpack {language} has no bin/detect.", $"The clone at {sources} is incomplete: clone it again.");
        var manifest = BuildpackManifest.Load(Path.Combine(sources, language, "manifest.yml"));
        var fetcher = new DependencyFetcher(Path.Combine(target, "cache"));
        var dependencies = new List<FetchedDependency>();
        foreach (var dependency in manifest.Dependencies) dependencies.Add(await fetcher.FetchAsync(dependency, cancellationToken));
        var temporary = zip + ".tmp";
        await using (var stream = File.Create(temporary)) Write(stream, files, dependencies);
        File.Delete(StampOf(zip));
        File.Move(temporary, zip, overwrite: true);
        await File.WriteAllTextAsync(StampOf(zip), fingerprint, cancellationToken);
        return true;
    }

    private static string StampOf(string zip) => zip + ".sources";

    private static bool IsCurrent(string zip, string fingerprint) =>
        File.Exists(zip) && File.Exists(StampOf(zip)) && File.ReadAllText(StampOf(zip)) == fingerprint;

    private List<(string Name, string File)> SourceFiles(string language)
    {
        var own = Path.Combine(sources, language);
        var lib = Path.Combine(sources, "lib");
        return [.. Under(own, "").Concat(Under(lib, "lib/")).OrderBy(f => f.Name, StringComparer.Ordinal)];

        static IEnumerable<(string Name, string File)> Under(string directory, string prefix) =>
            Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
                .Select(file => (prefix + Path.GetRelativePath(directory, file), file));
    }

    private static string Fingerprint(List<(string Name, string File)> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
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
