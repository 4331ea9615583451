using System.Text.Json;
using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>The Node.js buildpack with real apps.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class NodejsTests(SharedPlatform shared) : BuildpackTest(shared, "nodejs")
{
    private static string Sample => Path.Combine(Platform.Root, "samples", "nodejs");

    [Fact]
    public async Task Push_Sample_RunsTheNodeAskedForWithItsModulesAndWithoutDevDependencies()
    {
        var first = (await Cf.RunAsync("push", "guestbook", "-p", Sample, "-m", "128M")).Succeeded();
        first.ShouldContain("Using Node.js 22.");
        first.ShouldContain("Running npm ci");
        (await Http.GetStringAsync(Platform.AppUrl("guestbook"))).ShouldMatch(@"<em>Markdown</em>(.|\n)*Mustache 4\.");
        using var facts = JsonDocument.Parse(await Http.GetStringAsync(Platform.AppUrl("guestbook", "/facts")));
        facts.RootElement.GetProperty("node").GetString().ShouldStartWith("v22.");
        facts.RootElement.GetProperty("environment").GetString().ShouldBe("production");
        facts.RootElement.GetProperty("heap_limit_mb").GetInt32().ShouldBeInRange(90, 110);
        facts.RootElement.GetProperty("dev_dependency").GetBoolean().ShouldBeFalse();

        (await Cf.RunAsync("restage", "guestbook")).Succeeded().ShouldContain("taking node_modules from the cache");
        (await Http.GetStringAsync(Platform.AppUrl("guestbook"))).ShouldContain("Mustache 4.");
        (await Cf.RunAsync("delete", "guestbook", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_AppThatCannotBeStaged_SaysWhatToMend()
    {
        using var app = new AppCopy(Sample);
        app.Replace("package.json", "\"mustache\": \"^4.2.0\"", "\"mustache\": \"^4.2.0\", \"ms\": \"^2.1.3\"");
        var unlocked = (await Cf.RunAsync("push", "unlocked", "-p", app.Directory, "-m", "128M")).Failed();
        unlocked.ShouldContain("Missing: ms@2.1.3 from lock file");
        unlocked.ShouldContain("package-lock.json does not fit package.json.");
        unlocked.ShouldContain("Run 'npm install' where you develop, and push both files.");

        app.Replace("package.json", "22.x", "16.x");
        var outdated = (await Cf.RunAsync("push", "unlocked", "-p", app.Directory, "-m", "128M")).Failed();
        outdated.ShouldMatch(@"Node\.js 16\.x, engines\.node in package\.json, is not in this buildpack(.|\n)*Versions there are: 20\.\S+ 22\.\S+ 24\.");
        (await Cf.RunAsync("delete", "unlocked", "-f", "-r")).Succeeded();
    }
}
