using Tatara.Configuration;

namespace Tatara.Setup;

/// <summary>Puts our cf on the PATH, and leaves an official one that is there alone.</summary>
internal static class CfInstallation
{
    private const string Target = "/usr/local/bin/cf";
    private const string Mark = "# Tatara's cf";

    /// <summary>What was done, in a few words.</summary>
    public static string Install()
    {
        var script = $"""
            #!/bin/sh
            {Mark}
            export DOTNET_ROOT="$" DOTNET_TieredPGO=0
            exec "{Repository.Cf}" "$@"

            """.Replace("\"$\"", $"\"${{DOTNET_ROOT:-{DotnetRoot()}}}\"", StringComparison.Ordinal);
        var existing = Find();
        if (existing is not null && !(existing == Target && IsOurs(existing))) return $"{existing} is another one and stays; ours is {Repository.Cf}";
        if (File.Exists(Target) && File.ReadAllText(Target) == script) return "already there";
        AtomicFile.Write(Target, script, secret: false);
        File.SetUnixFileMode(Target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return $"installed as {Target}";
    }

    /// <summary>Removes ours.</summary>
    public static void Remove()
    {
        if (IsOurs(Target)) File.Delete(Target);
    }

    public static string DotnetRoot() =>
        Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private static bool IsOurs(string path) => File.Exists(path) && File.ReadLines(path).Take(2).Contains(Mark);

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(directory => Path.Combine(directory, "cf")).FirstOrDefault(File.Exists);
}
