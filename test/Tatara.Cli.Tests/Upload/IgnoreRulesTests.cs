using Tatara.Cli.Upload;

namespace Tatara.Cli.Tests.Upload;

public sealed class IgnoreRulesTests
{
    [Theory]
    [InlineData("*.log", "a.log", true)]
    [InlineData("*.log", "deep/down/a.log", true)]
    [InlineData("*.log", "a.logs", false)]
    [InlineData("/only-root", "only-root", true)]
    [InlineData("/only-root", "sub/only-root", false)]
    [InlineData("tmp/", "tmp/inside/file", true)]
    [InlineData("tmp/", "tmp", false)]
    [InlineData("doc/*.txt", "doc/a.txt", true)]
    [InlineData("doc/*.txt", "doc/sub/a.txt", false)]
    [InlineData("doc/*.txt", "other/doc/a.txt", false)]
    [InlineData("**/cache", "a/b/cache/file", true)]
    [InlineData("**/cache", "cache", true)]
    [InlineData("a/**/z", "a/z", true)]
    [InlineData("a/**/z", "a/b/c/z", true)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/**", "a", false)]
    [InlineData("file[0-9].txt", "file7.txt", true)]
    [InlineData("file[!0-9].txt", "file7.txt", false)]
    [InlineData("file[!0-9].txt", "filex.txt", true)]
    [InlineData("what?", "whats", true)]
    [InlineData("what?", "what", false)]
    [InlineData("\\#notes", "#notes", true)]
    [InlineData("\\!important", "!important", true)]
    [InlineData("#comment", "#comment", false)]
    [InlineData("   ", "   ", false)]
    [InlineData("trailing   ", "trailing", true)]
    [InlineData("space\\ ", "space ", true)]
    [InlineData("a*b*c", "aXXbYYbZZc", true)]
    [InlineData("a*b*c", "aXXbYYbZZ", false)]
    [InlineData("[", "[", true)]
    [InlineData("[]x]", "x", true)]
    [InlineData("windows.txt\r", "windows.txt", true)]
    public void IsIgnored_Pattern_FollowsGitignoreSyntax(string pattern, string path, bool expected) =>
        new IgnoreRules([pattern], []).IsIgnored(path, isDirectory: false).ShouldBe(expected);

    [Fact]
    public void IsIgnored_LaterLineTakesBack_IsKept()
    {
        var rules = new IgnoreRules(["*", "!keep", "!keep/**"], []);

        rules.IsIgnored("drop", isDirectory: false).ShouldBeTrue();
        rules.IsIgnored("keep", isDirectory: true).ShouldBeFalse();
        rules.IsIgnored("keep/this", isDirectory: false).ShouldBeFalse();
        rules.CanPrune.ShouldBeFalse();
    }

    [Theory]
    [InlineData(".git/config")]
    [InlineData(".gitignore")]
    [InlineData("sub/.svn/entries")]
    [InlineData(".DS_Store")]
    [InlineData("manifest.yml")]
    [InlineData(".cfignore")]
    public void IsIgnored_NoCfignore_LeavesOutWhatIsNeverUploaded(string path) =>
        new IgnoreRules([], []).IsIgnored(path, isDirectory: false).ShouldBeTrue();

    [Fact]
    public void IsIgnored_TakenBackButNeverUploaded_StaysIgnored() =>
        new IgnoreRules(["!.git"], []).IsIgnored(".git", isDirectory: true).ShouldBeTrue();
}
