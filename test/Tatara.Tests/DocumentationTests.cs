using System.Text.RegularExpressions;
using Tatara.Configuration;

namespace Tatara.Tests;

/// <summary>What the documents name exists.</summary>
public sealed partial class DocumentationTests
{
    [Fact]
    public void CfPush_EveryPathNamed_Exists()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "cf-push.md"));
        var paths = SourcePath().Matches(text).Select(match => match.Groups[1].Value).Distinct().ToList();

        paths.Count.ShouldBeGreaterThan(10);
        paths.Where(path => !Exists(path)).ShouldBeEmpty();
    }

    [Fact]
    public void Security_EveryTestNamed_Exists()
    {
        var named = TestName().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "security.md"))).Select(match => match.Groups[1].Value).Distinct().ToList();
        var tests = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "test"), "*Tests.cs", SearchOption.AllDirectories).Select(File.ReadAllText));

        named.Count.ShouldBeGreaterThan(30);
        named.Where(name => !tests.Contains($" {name}(", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.ja.md")]
    [InlineData("docs/operations.md")]
    [InlineData("docs/cluster.md")]
    [InlineData("docs/reliability.md")]
    [InlineData("docs/buildpacks.md")]
    [InlineData("docs/buildpacks/README.md")]
    [InlineData("docs/cf-push.md")]
    public void Links_InADocument_LeadSomewhere(string document)
    {
        var path = Path.Combine(Repository.Root, document);
        var broken = Link().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal))
            .Where(target => !Path.Exists(Path.Combine(Path.GetDirectoryName(path)!, target.Split('#')[0])));

        broken.ShouldBeEmpty();
    }

    [Fact]
    public void Readme_FirstCommands_AreQuickstartAndTest()
    {
        var commands = File.ReadLines(Path.Combine(Repository.Root, "README.md")).Where(line => line.StartsWith("    ./tatara ", StringComparison.Ordinal)).ToList();

        commands[0].ShouldStartWith("    ./tatara quickstart");
        commands[1].ShouldStartWith("    ./tatara test");
    }

    private static bool Exists(string path) => Path.Exists(Path.Combine(Repository.Root, path)) || Path.Exists(Path.Combine(Repository.Root, "src", path));

    [GeneratedRegex(@"`((?:Tatara|buildpacks|stacks|samples)[\w.]*/[\w./-]+)`")]
    private static partial Regex SourcePath();

    [GeneratedRegex(@"`([A-Z]\w+_\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();
}
