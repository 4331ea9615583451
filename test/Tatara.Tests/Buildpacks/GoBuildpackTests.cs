namespace Tatara.Tests.Buildpacks;

/// <summary>What the Go buildpack reads from an app, and how it explains a build that fails.</summary>
public sealed class GoBuildpackTests() : BuildpackTestBase("go")
{
    [Theory]
    [InlineData("go.mod", "module a\n\ngo 1.19\n", ">=1.19\tgo.mod")]
    [InlineData("go.mod", "module a\ngo 1.21\ntoolchain go1.22.3\n", ">=1.22.3\tgo.mod")]
    [InlineData("go.mod", "module a\n", "\tthe newest there is")]
    [InlineData(".go-version", "go1.19.8\r\n", "1.19.8\t.go-version")]
    [InlineData("buildpack.yml", "---\ngo:\n  version: 1.19.x # ours\nother:\n  version: 3\n", "1.19.x\tbuildpack.yml")]
    [InlineData("Godeps/Godeps.json", "{\"ImportPath\": \"a/b\", \"GoVersion\": \"go1.9\"}", ">=1.9\tGodeps/Godeps.json")]
    public void GoVersionAsked_File_IsRead(string file, string content, string asked)
    {
        AppFile(file, content);

        Run("go_version_asked .", "go").Output.TrimEnd('\n').ShouldBe(asked);
    }

    [Fact]
    public void GoVersionAsked_Variable_Wins()
    {
        AppFile("go.mod", "module a\ngo 1.22\n");

        Run("GOVERSION=go1.19 go_version_asked .", "go").Output.ShouldBe("1.19\tGOVERSION\n");
    }

    [Fact]
    public void Supply_NewerGoThanThereIs_ListsThoseThatAre()
    {
        Dependencies("go 1.19.8");
        AppFile("go.mod", "module a\ngo 1.22\n");

        var result = Bin("supply");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("go >=1.22, asked for in go.mod, is not in this buildpack");
        result.Output.ShouldContain("1.19.8");
        result.Output.ShouldContain("./tatara buildpack add-dependency");
    }

    [Theory]
    [InlineData("go.mod", true)]
    [InlineData("main.go", true)]
    [InlineData("Godeps/Godeps.json", true)]
    [InlineData("Gopkg.toml", true)]
    [InlineData("tools/gen/gen.go", false)]
    [InlineData("node_modules/x/x.go", false)]
    public void Detect_Files_DecideWhetherItIsGo(string file, bool found)
    {
        AppFile(file, "");

        Bin("detect").ExitCode.ShouldBe(found ? 0 : 1);
    }

    [Theory]
    [InlineData("example.com/app", 0, "example.com/app")]
    [InlineData("../../etc", 1, "is no import path")]
    [InlineData("a b", 1, "is no import path")]
    [InlineData("", 1, "go mod init")]
    public void PackageName_OlderThanModules_ComesFromTheVariable(string name, int exitCode, string said)
    {
        var result = Run($"GOPACKAGENAME='{name}' package_name .", "go");

        result.ExitCode.ShouldBe(exitCode);
        result.Output.ShouldContain(said);
    }

    [Theory]
    [InlineData("main.go:7:2: missing go.sum entry for module providing package x", "go mod tidy")]
    [InlineData("go: inconsistent vendoring in /tmp/app:", "go mod vendor")]
    [InlineData("verifying x@v1: checksum mismatch", "is not what go.sum says")]
    [InlineData("note: module requires Go 1.22", "needs a newer Go")]
    [InlineData("dial tcp: lookup proxy.golang.org: no such host", "could not be loaded")]
    [InlineData("./main.go:3:1: undefined: x", "go build ./...")]
    public void Explain_Failure_SaysWhatToMend(string output, string advice)
    {
        Dependencies("go 1.19.8");
        AppFile("log", output);

        var result = Run("explain log", "go");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain(advice);
    }

    [Fact]
    public void ChoosePackages_ModuleThatIsNotWhatItWas_IsNotTakenForALibrary()
    {
        Dependencies("go 1.19.8");

        var result = Run("go() { echo 'verifying a@v1: checksum mismatch' >&2; return 1; }\nchoose_packages .", "go");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("verifying a@v1");
        result.Output.ShouldContain("is not what go.sum says");
    }

    [Theory]
    [InlineData("a/x\t$PWD/x\na\t$PWD\n", ".")]
    [InlineData("a/vendor/b\t$PWD/vendor/b\na/cmd/x\t$PWD/cmd/x\n", "a/cmd/x")]
    public void ChoosePackages_Programs_TheAppsFolderFirst(string listed, string chosen) =>
        Run($"go() {{ printf \"{listed}\"; }}\nchoose_packages .; echo \"${{packages[*]}}\"", "go").Output.ShouldBe(chosen + "\n");
}
