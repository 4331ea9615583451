using System.Text.Json;
using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>The Node.js buildpack with real apps.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class NodejsTests(SharedPlatform shared) : IAsyncLifetime
{
    private readonly Platform _platform = shared.Platform;
    private readonly HttpClient _http = shared.Platform.CreateClient();
    private Cf _cf = null!;

    private static string Sample => Path.Combine(Platform.Root, "samples", "nodejs");

    public async Task InitializeAsync() => _cf = await Cf.LoggedInAsync(_platform, "nodejs");

    public Task DisposeAsync()
    {
        _http.Dispose();
        _cf.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Push_Sample_RunsTheNodeAskedForWithItsModulesAndWithoutDevDependencies()
    {
        var first = (await _cf.RunAsync("push", "guestbook", "-p", Sample, "-m", "128M")).Succeeded();
        first.ShouldContain("Using Node.js 22.");
        first.ShouldContain("Running npm ci");
        (await _http.GetStringAsync(_platform.AppUrl("guestbook"))).ShouldMatch(@"<em>Markdown</em>(.|\n)*Mustache 4\.");
        using var facts = JsonDocument.Parse(await _http.GetStringAsync(_platform.AppUrl("guestbook", "/facts")));
        facts.RootElement.GetProperty("node").GetString().ShouldStartWith("v22.");
        facts.RootElement.GetProperty("environment").GetString().ShouldBe("production");
        facts.RootElement.GetProperty("heap_limit_mb").GetInt32().ShouldBeInRange(90, 110);
        facts.RootElement.GetProperty("dev_dependency").GetBoolean().ShouldBeFalse();

        (await _cf.RunAsync("restage", "guestbook")).Succeeded().ShouldContain("taking node_modules from the cache");
        (await _http.GetStringAsync(_platform.AppUrl("guestbook"))).ShouldContain("Mustache 4.");
        (await _cf.RunAsync("delete", "guestbook", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_AppThatCannotBeStaged_SaysWhatToMend()
    {
        using var app = new AppCopy(Sample);
        app.Replace("package.json", "\"mustache\": \"^4.2.0\"", "\"mustache\": \"^4.2.0\", \"ms\": \"^2.1.3\"");
        var unlocked = (await _cf.RunAsync("push", "unlocked", "-p", app.Directory, "-m", "128M")).Failed();
        unlocked.ShouldContain("Missing: ms@2.1.3 from lock file");
        unlocked.ShouldContain("package-lock.json does not fit package.json.");
        unlocked.ShouldContain("Run 'npm install' where you develop, and push both files.");

        app.Replace("package.json", "22.x", "16.x");
        var outdated = (await _cf.RunAsync("push", "unlocked", "-p", app.Directory, "-m", "128M")).Failed();
        outdated.ShouldMatch(@"Node\.js 16\.x, engines\.node in package\.json, is not in this buildpack(.|\n)*Versions there are: 20\.\S+ 22\.\S+ 24\.");
        (await _cf.RunAsync("delete", "unlocked", "-f", "-r")).Succeeded();
    }
}
