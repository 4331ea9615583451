using Tatara.Configuration;
using Tatara.Setup;

namespace Tatara.Buildpacks;

/// <summary>What of this machine's .NET installation goes into a buildpack: paths below its root, and names left out wherever they are.</summary>
internal sealed record DotnetPart(string Version, string Root, IReadOnlyList<string> Paths, IReadOnlyList<string> Without);

/// <summary>
/// The .NET installation of this machine. Tatara is built by it, so it is there, and apps need no other download for the
/// version that Tatara itself runs on.
/// </summary>
internal static class DotnetInstallation
{
    public const string Runtime = "dotnet-runtime";
    public const string Sdk = "dotnet-sdk";

    /// <summary>Tools, test hosts, tasks of .NET Framework, translations and documentation: publishing an app reads none of them.</summary>
    private static readonly string[] UnneededOfSdk =
        ["DotnetTools", "TestHostNetFramework", "net472", "*.resources.dll", "ref/*/*.xml"];

    private static readonly string[] Notices = ["LICENSE.txt", "ThirdPartyNotices.txt"];

    /// <summary>The newest release of a major version ("10.x").</summary>
    /// <exception cref="SetupException">There is none of this major version.</exception>
    public static async Task<DotnetPart> FindAsync(string what, string version, CancellationToken cancellationToken)
    {
        var major = int.Parse(version[..version.IndexOf('.')], System.Globalization.CultureInfo.InvariantCulture);
        var listed = await Tool.RunAsync("dotnet", [what == Sdk ? "--list-sdks" : "--list-runtimes"], cancellationToken: cancellationToken);
        return what == Sdk ? PartOfSdk(listed, major) : PartOfRuntime(listed, major);
    }

    /// <summary>Without a runtime of its own: it is unpacked beside the newest one of the buildpack.</summary>
    internal static DotnetPart PartOfSdk(string listed, int major)
    {
        var (version, directory) = Newest(listed, "", major, Sdk);
        var root = Path.GetDirectoryName(directory)!;
        var packs = Path.Combine(root, "packs");
        var ofThisRelease = Directory.Exists(packs)
            ? Directory.GetDirectories(packs).SelectMany(pack => Directory.GetDirectories(pack, $"{version.Major}.{version.Minor}.*"))
            : [];
        return Part(version, root, [$"sdk/{version}", "sdk-manifests", .. ofThisRelease.Select(pack => Path.GetRelativePath(root, pack))], UnneededOfSdk);
    }

    internal static DotnetPart PartOfRuntime(string listed, int major)
    {
        var (version, directory) = Newest(listed, "Microsoft.NETCore.App ", major, Runtime);
        var (web, _) = Newest(listed, "Microsoft.AspNetCore.App ", major, Runtime);
        var root = Path.GetDirectoryName(Path.GetDirectoryName(directory))!;
        return Part(version, root,
            ["dotnet", $"host/fxr/{version}", $"shared/Microsoft.NETCore.App/{version}", $"shared/Microsoft.AspNetCore.App/{web}"], []);
    }

    private static DotnetPart Part(Version version, string root, IEnumerable<string> paths, string[] without) =>
        new(version.ToString(), root, [.. Notices.Where(notice => File.Exists(Path.Combine(root, notice))), .. paths], without);

    /// <summary>Lines are "[FRAMEWORK ]VERSION [DIRECTORY]". Previews are no releases.</summary>
    private static (Version Version, string Directory) Newest(string listed, string prefix, int major, string what)
    {
        var newest = listed.Split('\n')
            .Where(line => line.StartsWith(prefix, StringComparison.Ordinal))
            .Select(line => line[prefix.Length..].Split(' ', 2))
            .Where(parts => parts.Length == 2 && Version.TryParse(parts[0], out var version) && version.Major == major)
            .Select(parts => (Version: Version.Parse(parts[0]), Directory: parts[1].Trim().Trim('[', ']')))
            .OrderByDescending(found => found.Version)
            .FirstOrDefault();
        return newest.Version is null
            ? throw new SetupException($"This machine has no {what} {major}.x ({prefix}is not among what `dotnet --info` lists).",
                $"Install the .NET {major} SDK: https://dotnet.microsoft.com/download/dotnet/{major}.0")
            : newest;
    }
}
