using System.Diagnostics;
using Tatara.Configuration;

namespace Tatara.Tests;

/// <summary>The shell library that the built-in buildpacks share.</summary>
public sealed class BuildpackLibraryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-buildpack-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("3.1.2", "3.1.2", true)]
    [InlineData("3.1.2", "3.1", true)]
    [InlineData("3.1.2", "3", true)]
    [InlineData("3.1.2", "3.1.x", true)]
    [InlineData("3.10.2", "3.1", false)]
    [InlineData("3.1.2", "~> 3.1", true)]
    [InlineData("3.2.0", "~> 3.1", true)]
    [InlineData("3.2.0", "~> 3.1.0", false)]
    [InlineData("4.0.0", "~> 3.1", false)]
    [InlineData("3.1.2", ">= 2.7, < 4", true)]
    [InlineData("3.1.2", ">= 3.2", false)]
    [InlineData("3.1.2", "> 3.1.2", false)]
    [InlineData("3.1.2", "<= 3.1.2", true)]
    [InlineData("3.1.0-preview1", ">= 3.1.0", false)]
    [InlineData("3.1.2", "rm -rf /", false)]
    [InlineData("3.1.2", "$(id)", false)]
    public void VersionMatches_Range_AsRubygemsReadsIt(string version, string range, bool matches) =>
        Run($"version_matches '{version}' '{range}'").ExitCode.ShouldBe(matches ? 0 : 1);

    [Fact]
    public void ResolveVersion_SeveralMatch_TakesTheNewest()
    {
        WriteDependencies("node\t18.9.0\tbookworm\tx\tf", "node\t18.20.1\tbookworm\tx\tf", "node\t20.1.0\tbookworm\tx\tf", "node\t18.30.0\tother\tx\tf");

        Run("resolve_version node 18.x package.json").Output.Trim().ShouldBe("18.20.1");
    }

    [Fact]
    public void ResolveVersion_NoneMatches_ListsThoseThereAre()
    {
        WriteDependencies("node\t18.9.0\tbookworm\tx\tf", "node\t20.1.0\tbookworm\tx\tf");

        var result = Run("resolve_version node 16.x package.json");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("node 16.x, asked for in package.json, is not in this buildpack");
        result.Output.ShouldContain("18.9.0 20.1.0");
    }

    [Fact]
    public void InstallDependency_DamagedBits_AreRefused()
    {
        WriteDependencies("node\t18.9.0\tbookworm\t0000000000000000000000000000000000000000000000000000000000000000\tnode.tgz");
        Directory.CreateDirectory(Path.Combine(_directory, "dependencies"));
        File.WriteAllText(Path.Combine(_directory, "dependencies", "node.tgz"), "not what it was");

        var result = Run("install_dependency node 18.9.0 /nowhere");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("checksum is wrong");
    }

    private void WriteDependencies(params string[] lines) => File.WriteAllLines(Path.Combine(_directory, "dependencies.tsv"), lines);

    private (int ExitCode, string Output) Run(string script)
    {
        Copy(Path.Combine(Repository.Buildpacks, "lib", "buildpack.sh"), Path.Combine(_directory, "lib", "buildpack.sh"));
        return Execute(["bash", "-c", $". {_directory}/lib/buildpack.sh; {script}"]);
    }

    private (int ExitCode, string Output) Execute(string[] command)
    {
        Copy(Path.Combine(Repository.Buildpacks, "lib", "buildpack.sh"), Path.Combine(_directory, "lib", "buildpack.sh"));
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd() + errors.Result;
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static void Copy(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(source, target, overwrite: true);
    }
}
