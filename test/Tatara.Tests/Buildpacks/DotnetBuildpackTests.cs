namespace Tatara.Tests.Buildpacks;

public sealed class DotnetBuildpackTests : BuildpackTestBase
{
    private static readonly string[] Libraries = ["executable", "projects", "published", "runtime", "sdk"];

    public DotnetBuildpackTests() : base("dotnet_core") =>
        Dependencies("dotnet-runtime 8.0.11", "dotnet-runtime 10.0.12", "dotnet-sdk 8.0.404", "dotnet-sdk 10.0.108", "dotnet-sdk 10.0.401");

    [Theory]
    [InlineData("Web.csproj")]
    [InlineData("src/Web/Web.fsproj")]
    [InlineData("Web.runtimeconfig.json")]
    public void Detect_ProjectOrPublishedApp_Matches(string file)
    {
        AppFile(file, "{}");

        Bin("detect").ShouldBe((0, ".NET\n"));
    }

    [Theory]
    [InlineData("package.json")]
    [InlineData("node_modules/native/native.csproj")]
    [InlineData("Web.runtimeconfig.dev.json")]
    public void Detect_AnythingElse_DoesNot(string file)
    {
        AppFile(file, "{}");

        Bin("detect").ExitCode.ShouldBe(1);
    }

    [Theory]
    [InlineData("8.0.0", "Minor", "8.0.11")]
    [InlineData("8.0.0", "LatestMajor", "10.0.12")]
    [InlineData("9.0.0", "Major", "10.0.12")]
    [InlineData("10.0.12", "Disable", "10.0.12")]
    [InlineData("10.0.11", "Disable", "")]
    [InlineData("9.0.0", "Minor", "")]
    [InlineData("10.0.13", "Minor", "")]
    public void RollForward_Policy_AsTheHostReadsIt(string version, string policy, string chosen) =>
        Run($"available_versions dotnet-runtime | roll_forward {version} {policy}", Libraries).Output.Trim().ShouldBe(chosen);

    [Theory]
    [InlineData("10.0.400", "latestPatch", "10.0.401")]
    [InlineData("10.0.100", "latestPatch", "10.0.108")]
    [InlineData("10.0.100", "feature", "10.0.108")]
    [InlineData("10.0.200", "feature", "10.0.401")]
    [InlineData("10.0.100", "latestFeature", "10.0.401")]
    [InlineData("8.0.100", "major", "8.0.404")]
    [InlineData("9.0.100", "latestMajor", "10.0.401")]
    [InlineData("10.0.401", "disable", "10.0.401")]
    [InlineData("10.0.400", "disable", "")]
    [InlineData("9.0.100", "latestMinor", "")]
    [InlineData("10.0.402", "patch", "")]
    public void SdkRollForward_Policy_AsGlobalJsonIsRead(string version, string policy, string chosen) =>
        Run($"available_versions dotnet-sdk | sdk_roll_forward {version} {policy}", Libraries).Output.Trim().ShouldBe(chosen);

    [Theory]
    [InlineData("""{ "sdk": { "version": "9.0.100" } }""", "dotnet-sdk 9.0.100 (roll-forward: latestPatch), asked for in global.json, is not in this buildpack", "8.0.404 10.0.108 10.0.401")]
    [InlineData("""{ "sdk": { "version": "10.0" } }""", "The SDK version '10.0' in global.json is none", "10.0.100")]
    [InlineData("""{ "sdk": { "version": "10.0.100", "rollForward": "newest" } }""", "rollForward 'newest' in global.json is none", "latestFeature")]
    [InlineData("""{ "sdk": """, "global.json is no JSON", "Mend it")]
    public void Supply_GlobalJsonThatCannotBeMet_SaysWhatThereIs(string globalJson, string what, string advice)
    {
        AppFile("Web.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\" />");
        AppFile("global.json", globalJson);

        var supply = Bin("supply");

        supply.ExitCode.ShouldBe(1);
        supply.Output.ShouldContain(what);
        supply.Output.ShouldContain(advice);
    }

    [Fact]
    public void Supply_GlobalJsonWithComment_IsRead()
    {
        AppFile("Web.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\" />");
        AppFile("global.json", "{\n  // the first of this year\n  \"sdk\": { \"version\": \"10.0.100\" }\n}");

        Bin("supply").Output.ShouldContain("Using .NET SDK 10.0.108 (global.json)");
    }

    [Fact]
    public void MainProject_OneProgramAmongLibrariesAndTests_IsTheApp()
    {
        AppFile("src/Web/Web.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\" />");
        AppFile("src/Core/Core.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\" />");
        AppFile("test/Web.Tests/Web.Tests.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PackageReference Include=\"Microsoft.NET.Test.Sdk\" /></Project>");

        Run("main_project .", Libraries).ShouldBe((0, "src/Web/Web.csproj\n"));
    }

    [Fact]
    public void MainProject_SeveralPrograms_ListsThemAndSaysWhereToChoose()
    {
        AppFile("a/a.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\" />");
        AppFile("b/b.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\" />");

        var result = Bin("supply");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("a/a.csproj b/b.csproj");
        result.Output.ShouldContain(".deployment");
    }

    [Theory]
    [InlineData("b/b.csproj")]
    [InlineData("./b/b.csproj")]
    [InlineData("b\\b.csproj\r")]
    [InlineData("b")]
    public void MainProject_DeploymentFile_Chooses(string project)
    {
        AppFile("a/a.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\" />");
        AppFile("b/b.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\" />");
        AppFile(".deployment", $"[config]\nproject = {project}\n");

        Run("main_project .", Libraries).ShouldBe((0, "b/b.csproj\n"));
    }

    [Fact]
    public void MainProject_DeploymentFileNamesNone_ListsThoseThereAre()
    {
        AppFile("a/a.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\" />");
        AppFile(".deployment", "[config]\nproject = c/c.csproj\n");

        var result = Bin("supply");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("'c/c.csproj', named in .deployment, is not there");
        result.Output.ShouldContain("a/a.csproj");
    }

    [Fact]
    public void Supply_RuntimeThatIsNotThere_ListsThoseThereAre()
    {
        AppFile("Web.runtimeconfig.json", """{ "runtimeOptions": { "framework": { "name": "Microsoft.AspNetCore.App", "version": "9.0.0" } } }""");

        var supply = Bin("supply");

        supply.ExitCode.ShouldBe(1);
        supply.Output.ShouldContain("dotnet-runtime 9.0.0 (roll-forward: Minor), asked for in Web.runtimeconfig.json, is not in this buildpack");
        supply.Output.ShouldContain("8.0.11 10.0.12");
        supply.Output.ShouldContain("DOTNET_ROLL_FORWARD");
    }

    [Theory]
    [InlineData("""{ "runtimeOptions": { "framework": { "name": "Microsoft.WindowsDesktop.App", "version": "10.0.0" } } }""", "only runs on Windows")]
    [InlineData("""{ "runtimeOptions": { "framework": { "name": "Microsoft.NETCore.App", "version": "$(id)" } } }""", "is no version")]
    [InlineData("""{ "runtimeOptions": {} }""", "names no framework")]
    [InlineData("""{ "runtimeOptions": """, "is damaged")]
    [InlineData("""{ "runtimeOptions": { "includedFrameworks": [ { "name": "Microsoft.NETCore.App", "version": "10.0.12" } ] } }""", "not for Linux")]
    public void Supply_PublishedForSomethingElse_SaysSo(string configuration, string why)
    {
        AppFile("Web.runtimeconfig.json", configuration);
        AppFile("Web.exe", "MZ");

        var supply = Bin("supply");

        supply.ExitCode.ShouldBe(1);
        supply.Output.ShouldContain(why);
    }

    [Fact]
    public void Supply_SelfContainedForAnotherProcessor_SaysSo()
    {
        AppFile("Web.runtimeconfig.json", """{ "runtimeOptions": { "includedFrameworks": [ { "name": "Microsoft.NETCore.App", "version": "10.0.12" } ] } }""");
        File.WriteAllBytes(Path.Combine(App, "Web"), Elf.Header(Elf.Arm64));

        var supply = Bin("supply");

        supply.ExitCode.ShouldBe(1);
        supply.Output.ShouldContain("built for another processor");
        supply.Output.ShouldContain("-r linux-x64 --self-contained");
    }

    [Fact]
    public void Release_WebApp_IsToldItsAddress()
    {
        AppFile("My Web's.runtimeconfig.json", """{ "runtimeOptions": { "frameworks": [ { "name": "Microsoft.AspNetCore.App", "version": "10.0.0" } ] } }""");
        AppFile("My Web's.dll", "MZ");

        Bin("release").Output.ShouldBe("""
            ---
            default_process_types:
              web: 'dotnet ./My\ Web\''s.dll --urls http://0.0.0.0:$PORT'

            """);
    }

    [Fact]
    public void Release_SeveralPublishedApps_LeavesTheChoice()
    {
        AppFile("A.runtimeconfig.json", "{}");
        AppFile("B.runtimeconfig.json", "{}");

        Bin("release").Output.ShouldBe("--- {}\n");
    }

    [Theory]
    [InlineData("Program.cs(3,1): error CS0103: The name 'x' does not exist", "does not compile")]
    [InlineData("Web.csproj : error NU1101: Unable to find package Nonesuch", "could not be restored")]
    [InlineData("Web.csproj : error NU1301: Unable to load the service index", "could not be read")]
    [InlineData("error NETSDK1045: The current .NET SDK does not support targeting .NET 11.0", "10.0.401")]
    public void ExplainFailure_Kind_SaysWhatToMend(string line, string advice)
    {
        AppFile("log", line);

        Run("explain_failure log Web.csproj", Libraries).Output.ShouldContain(advice);
    }

    [Fact]
    public void KeepUsedPackages_OthersOfEarlierBuilds_AreRemoved()
    {
        AppFile("source/obj/project.assets.json", """
            { "libraries": { "Used/1.0.0": { "type": "package", "path": "used/1.0.0" }, "Own/1.0.0": { "type": "project", "path": "../Own" } },
              "project": { "frameworks": { "net10.0": { "downloadDependencies": [ { "name": "Some.Pack", "version": "[10.0.1, 10.0.1]" } ] } } } }
            """);
        foreach (var package in new[] { "used/1.0.0", "used/0.9.0", "some.pack/10.0.1", "stale/2.0.0" }) AppFile($"packages/{package}/x.nuspec", "");

        Run("keep_used_packages source packages; find packages -mindepth 2 -maxdepth 2 | sort", Libraries).Output
            .ShouldBe("packages/some.pack/10.0.1\npackages/used/1.0.0\n");
    }
}
