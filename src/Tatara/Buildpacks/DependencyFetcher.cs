using System.Security.Cryptography;
using Tatara.Configuration;
using Tatara.Setup;

namespace Tatara.Buildpacks;

/// <summary>A runtime as a file that is ready to be put into a buildpack.</summary>
internal sealed record FetchedDependency(string Name, string Version, IReadOnlyList<string> Stacks, string Sha256, string File);

/// <summary>Gets a buildpack's runtimes, once: what is in the cache is not fetched again.</summary>
internal sealed class DependencyFetcher(string cacheDirectory)
{
    /// <summary>Parts of a package that no running app reads.</summary>
    private static readonly string[] Unneeded = ["usr/share/doc", "usr/share/man", "usr/share/lintian", "usr/share/ri", "usr/share/applications"];

    private static readonly string[] Archives = [".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst"];

    public async Task<FetchedDependency> FetchAsync(Dependency dependency, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(cacheDirectory);
        if (dependency.From is not null) return await FromInstallationAsync(dependency, cancellationToken);
        return dependency.Uri is null
            ? await FromPackagesAsync(dependency, cancellationToken)
            : await FromUriAsync(dependency, cancellationToken);
    }

    private async Task<FetchedDependency> FromInstallationAsync(Dependency dependency, CancellationToken cancellationToken)
    {
        var part = await DotnetInstallation.FindAsync(dependency.From!, dependency.Version!, cancellationToken);
        var key = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', [.. part.Paths, .. part.Without]))))[..16];
        var file = Path.Combine(cacheDirectory, $"{dependency.Name}-{part.Version}-{key}.tar.zst");
        if (!File.Exists(file))
        {
            var packed = file + ".tmp";
            await PackAsync(packed, part.Root, part.Paths, part.Without, cancellationToken);
            File.Move(packed, file, overwrite: true);
        }
        return new FetchedDependency(dependency.Name, part.Version, dependency.Stacks, await Sha256Async(file, cancellationToken), file);
    }

    /// <summary>1. which versions does the distribution offer, 2. download (apt checks the signatures), 3. unpack, 4. pack as one file.</summary>
    private async Task<FetchedDependency> FromPackagesAsync(Dependency dependency, CancellationToken cancellationToken)
    {
        var work = Directory.CreateTempSubdirectory("tatara-packages-").FullName;
        try
        {
            var policy = await Tool.RunAsync("apt-cache", ["show", "--no-all-versions", .. dependency.Packages], cancellationToken: cancellationToken);
            var version = UpstreamVersion(policy, dependency.VersionOf!);
            var key = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', [policy, .. dependency.Without]))))[..16];
            var file = Path.Combine(cacheDirectory, $"{dependency.Name}-{version}-{key}.tar.zst");
            if (!File.Exists(file))
            {
                await Tool.RunAsync("apt-get", ["download", "-q", "-o", "APT::Sandbox::User=root", .. dependency.Packages], work, cancellationToken);
                var tree = Directory.CreateDirectory(Path.Combine(work, "tree")).FullName;
                foreach (var package in Directory.GetFiles(work, "*.deb").Order(StringComparer.Ordinal))
                    await Tool.RunAsync("dpkg-deb", ["--extract", package, tree], cancellationToken: cancellationToken);
                foreach (var unneeded in Unneeded.Concat(dependency.Without)) Remove(Path.Combine(tree, unneeded));
                var packed = Path.Combine(work, "packed.tar.zst");
                await PackAsync(packed, tree, ["."], [], cancellationToken);
                File.Move(packed, file, overwrite: true);
            }
            return new FetchedDependency(dependency.Name, version, dependency.Stacks, await Sha256Async(file, cancellationToken), file);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        else File.Delete(path);
    }

    private static async Task PackAsync(
        string file, string directory, IEnumerable<string> paths, IEnumerable<string> without, CancellationToken cancellationToken) =>
        await Tool.RunAsync("tar",
            [
                "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", .. without.Select(name => "--exclude=" + name),
                "-I", "zstd -3 -T0", "-cf", file, "-C", directory, .. paths,
            ], cancellationToken: cancellationToken);

    private async Task<FetchedDependency> FromUriAsync(Dependency dependency, CancellationToken cancellationToken)
    {
        var uri = new Uri(dependency.Uri!);
        var file = Path.Combine(cacheDirectory, $"{dependency.Name}-{dependency.Version}-{dependency.Sha256![..16]}{ExtensionOf(uri)}");
        var expected = dependency.Sha256.ToLowerInvariant();
        if (!File.Exists(file) || await Sha256Async(file, cancellationToken) != expected)
        {
            var temporary = file + ".tmp";
            await DownloadAsync(uri, temporary, cancellationToken);
            var actual = await Sha256Async(temporary, cancellationToken);
            if (actual != expected)
            {
                File.Delete(temporary);
                throw new SetupException($"{dependency.Name} {dependency.Version}: the download's checksum is {actual}, the manifest says {dependency.Sha256}.",
                    "Either the source changed, or somebody changed it. Look before you write the new checksum into the manifest.");
            }
            File.Move(temporary, file, overwrite: true);
        }
        return new FetchedDependency(dependency.Name, dependency.Version!, dependency.Stacks, expected, file);
    }

    private static async Task DownloadAsync(Uri uri, string file, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        try
        {
            await using var body = await client.GetStreamAsync(uri, cancellationToken);
            await using var target = File.Create(file);
            await body.CopyToAsync(target, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new SetupException($"{uri} cannot be downloaded: {e.Message}", "Look whether this machine reaches it, then try again: what was fetched already is kept.", e);
        }
    }

    /// <summary>What the file is, which tells the buildpack how to unpack it.</summary>
    private static string ExtensionOf(Uri uri)
    {
        var name = Path.GetFileName(uri.AbsolutePath);
        return Archives.FirstOrDefault(extension => name.EndsWith(extension, StringComparison.OrdinalIgnoreCase)) ?? Path.GetExtension(name);
    }

    /// <summary>"1:3.1.2-7+deb12u1" is upstream's 3.1.2.</summary>
    private static string UpstreamVersion(string policy, string package)
    {
        var found = false;
        foreach (var line in policy.Split('\n'))
        {
            if (line == "Package: " + package) found = true;
            else if (found && line.StartsWith("Version: ", StringComparison.Ordinal))
            {
                var version = line["Version: ".Length..];
                version = version[(version.IndexOf(':') + 1)..];
                var end = version.IndexOfAny(['-', '+', '~']);
                return end < 0 ? version : version[..end];
            }
        }
        throw new SetupException($"The distribution has no package {package}.", "Run `apt-get update` and try again.");
    }

    private static async Task<string> Sha256Async(string file, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }
}
