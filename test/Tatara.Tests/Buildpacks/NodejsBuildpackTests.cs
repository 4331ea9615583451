namespace Tatara.Tests.Buildpacks;

/// <summary>The Node.js buildpack: what it reads before anything is installed.</summary>
public sealed class NodejsBuildpackTests : BuildpackTestBase
{
    private const string Resolve = "read_node_range .; resolve_node";

    public NodejsBuildpackTests() : base("nodejs") => Dependencies("node 20.20.2", "node 22.23.3", "node 24.21.0", "node 26.10.0", "npm 10.9.9", "npm 11.21.2");

    [Theory]
    [InlineData("22.23.3", "22.x", 0)]
    [InlineData("22.23.3", "22", 0)]
    [InlineData("22.23.3", "v22.23.3", 0)]
    [InlineData("22.23.3", "^22.1.0", 0)]
    [InlineData("22.23.3", "^20 || ^22", 0)]
    [InlineData("22.23.3", "20.1 - 22", 0)]
    [InlineData("22.23.3", "20.1 - 22.23.2", 1)]
    [InlineData("22.23.3", ">= 20.0.0 < 22", 1)]
    [InlineData("22.23.3", ">=20 <=22", 0)]
    [InlineData("22.23.3", ">22", 1)]
    [InlineData("22.23.3", ">22.23", 1)]
    [InlineData("22.23.3", "~22.23.1", 0)]
    [InlineData("22.23.3", "~22.22", 1)]
    [InlineData("22.23.3", "*", 0)]
    [InlineData("22.23.3", "", 0)]
    [InlineData("0.2.3", "^0.2.1", 0)]
    [InlineData("0.3.0", "^0.2.1", 1)]
    [InlineData("0.0.4", "^0.0.3", 1)]
    [InlineData("22.23.3", ">=18, <24", 2)]
    [InlineData("22.23.3", ">=18 || lts", 2)]
    [InlineData("22.23.3", "$(id)", 2)]
    [InlineData("22.23.3", "9999999", 2)]
    public void SemverMatches_Range_AsNpmReadsIt(string version, string range, int status) =>
        Run($"semver_matches '{version}' '{range}'", "semver").ExitCode.ShouldBe(status);

    [Theory]
    [InlineData("""{ "engines": { "node": "22.x" } }""", null, null, "22.23.3")]
    [InlineData("""{ "engines": { "node": "20.x || 22.x" } }""", null, null, "22.23.3")]
    [InlineData("""{ "engines": { "node": ">=20" } }""", null, null, "24.21.0")]
    [InlineData("""{ "engines": { "node": ">=25" } }""", null, null, "26.10.0")]
    [InlineData("""{ "engines": { "node": 22 } }""", ".nvmrc", "20", "22.23.3")]
    [InlineData("{}", null, null, "24.21.0")]
    [InlineData("{}", ".nvmrc", "# ours\nv20.20.2\n", "20.20.2")]
    [InlineData("{}", ".nvmrc", "lts/jod", "22.23.3")]
    [InlineData("{}", ".nvmrc", "lts/*", "24.21.0")]
    [InlineData("{}", ".nvmrc", "node", "26.10.0")]
    [InlineData("{}", ".node-version", "22.23.3\r\n", "22.23.3")]
    public void Version_WhatTheAppSays_IsChosen(string package, string? file, string? content, string version)
    {
        AppFile("package.json", package);
        if (file is not null) AppFile(file, content!);

        Run(Resolve, "semver", "node").Output.Trim().ShouldBe(version);
    }

    [Theory]
    [InlineData("16.x", "Node.js 16.x, engines.node in package.json, is not in this buildpack")]
    [InlineData("lts", "'lts', engines.node in package.json, is not a version range")]
    public void Version_NotThere_SaysWhichAre(string range, string message)
    {
        AppFile("package.json", $$"""{ "engines": { "node": "{{range}}" } }""");

        var result = Run(Resolve, "semver", "node");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain(message);
        result.Output.ShouldContain("22.");
    }

    [Theory]
    [InlineData("{}", "22.23.3", "10.9.9")]
    [InlineData("{}", "24.21.0", "11.21.2")]
    [InlineData("""{ "engines": { "npm": ">=11" } }""", "22.23.3", "11.21.2")]
    [InlineData("""{ "engines": { "npm": ">=9" } }""", "22.23.3", "10.9.9")]
    public void Npm_FitsNodeOrWhatTheAppSays(string package, string node, string npm)
    {
        AppFile("package.json", package);

        Run($"resolve_npm . {node}", "semver", "node").Output.Trim().ShouldBe(npm);
    }

    [Fact]
    public void Npm_NotThere_UsesTheUsualOneAndSaysSo()
    {
        AppFile("package.json", """{ "engines": { "npm": "7.x" } }""");

        var output = Run("resolve_npm . 22.23.3", "semver", "node").Output;

        output.ShouldContain("npm 7.x, engines.npm in package.json, is not in this buildpack (10.9.9 11.21.2)");
        output.ShouldContain("10.9.9\n");
    }

    [Theory]
    [InlineData("package.json", "{ \"name\": \"x\", }", "package.json cannot be read")]
    [InlineData("package.json", "[]", "package.json cannot be read: it is no JSON object.")]
    [InlineData("package-lock.json", "{ \"lockfileVersion\": 3", "package-lock.json cannot be read")]
    [InlineData("yarn.lock", "__metadata:\n  version: 8\n", "yarn.lock was written by yarn 2 or newer")]
    [InlineData("pnpm-lock.yaml", "lockfileVersion: '9.0'\n", "pnpm-lock.yaml cannot be used")]
    public void Supply_FileThatCannotBeUsed_SaysWhatToDo(string name, string content, string message)
    {
        AppFile("package.json", "{}");
        AppFile(name, content);

        var result = Bin("supply");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain(message);
        result.Output.ShouldContain("npm install");
    }

    [Theory]
    [InlineData("""{ "scripts": { "start": "node app.js" } }""", false, "npm start")]
    [InlineData("{}", true, "npm start")]
    [InlineData("{}", false, "--- {}")]
    public void Release_App_IsStartedByNpmWhenItCan(string package, bool hasServer, string expected)
    {
        AppFile("package.json", package);
        if (hasServer) AppFile("server.js", "");

        Bin("release").Output.ShouldContain(expected);
    }

    [Theory]
    [InlineData("""{ "scripts": { "build": "tsc" } }""", "", "prune")]
    [InlineData("""{ "scripts": { "start": "node ." } }""", "", "omit")]
    [InlineData("{}", "NODE_ENV=development", "keep")]
    [InlineData("{}", "NPM_CONFIG_PRODUCTION=false", "keep")]
    [InlineData("""{ "scripts": { "build": "tsc" } }""", "NPM_CONFIG_PRODUCTION=true", "omit")]
    public void DevDependencies_AreInstalledForTheBuildAlone(string package, string environment, string expected)
    {
        AppFile("package.json", package);

        Run($"export NODE_ENV=production {environment}; prepare_tools /nowhere; echo $DEVELOPMENT", "node", "modules").Output.Trim().ShouldBe(expected);
    }

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{ "dependencies": { "ms": "^2.1.0" } }""", true)]
    [InlineData("""{ "scripts": { "postinstall": "patch-package" } }""", false)]
    [InlineData("""{ "workspaces": ["packages/*"] }""", false)]
    [InlineData("""{ "devDependencies": { "own": "file:packages/own" } }""", false)]
    public void NodeModules_AreKeptOnlyWhenTheLockSaysAllThatIsInThem(string package, bool kept)
    {
        AppFile("package.json", package);
        AppFile("package-lock.json", "{}");

        Run("can_keep_modules", "node", "modules").ExitCode.ShouldBe(kept ? 0 : 1);
    }

    [Fact]
    public void Output_OfTools_ShowsNoCredentials() =>
        Run("echo 'GET https://user:secret@host/x' | indent").Output.ShouldBe("       GET https://***@host/x\n");

    [Fact]
    public void Detect_PackageJson_IsNode()
    {
        Bin("detect").ExitCode.ShouldBe(1);
        AppFile("package.json", "{}");
        Bin("detect").Output.ShouldBe("Node.js\n");
    }
}
