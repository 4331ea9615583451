using System.Security.Cryptography;
using System.Text.Json;
using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>The Python buildpack with real apps.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class PythonTests(SharedPlatform shared) : IAsyncLifetime
{
    private readonly Platform _platform = shared.Platform;
    private readonly HttpClient _http = shared.Platform.CreateClient();
    private Cf _cf = null!;

    private static string Sample => Path.Combine(Platform.Root, "samples", "python");

    public async Task InitializeAsync() => _cf = await Cf.LoggedInAsync(_platform, "python");

    public Task DisposeAsync()
    {
        _http.Dispose();
        _cf.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Push_Sample_RunsThePythonAskedForWithAnExtensionCompiledFromVendor()
    {
        var push = (await _cf.RunAsync("push", "words", "-p", Sample, "-m", "128M")).Succeeded();
        push.ShouldContain("Using Python 3.11.2 (.python-version)");
        push.ShouldContain("Successfully installed wordtally-1.2.0");

        using var text = new FormUrlEncodedContent([new("text", "one two  three")]);
        using var counted = await _http.PostAsync(_platform.AppUrl("words"), text);
        (await counted.Content.ReadAsStringAsync()).ShouldContain("<p>3 words</p>");
        using var facts = JsonDocument.Parse(await _http.GetStringAsync(_platform.AppUrl("words", "/facts")));
        facts.RootElement.GetProperty("python").GetString().ShouldBe("3.11.2");
        facts.RootElement.GetProperty("extension").GetString().ShouldBe(".so");
        (await _cf.RunAsync("delete", "words", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_Pipfile_InstallsWhatItsLockPinsAndRefusesAnythingElse()
    {
        using var app = new AppCopy(Sample);
        File.Delete(Path.Combine(app.Directory, "requirements.txt"));
        File.Delete(Path.Combine(app.Directory, ".python-version"));
        app.Write("Pipfile", "[packages]\nwordtally = \"*\"\n");
        app.Write("Pipfile.lock", Lock(await VendoredDigestAsync()));
        var push = (await _cf.RunAsync("push", "piped", "-p", app.Directory, "-m", "128M")).Succeeded();
        push.ShouldContain("Successfully installed wordtally-1.2.0");
        (await _http.GetStringAsync(_platform.AppUrl("piped"))).ShouldContain("wordtally 1.2.0");

        app.Write("Pipfile.lock", Lock(new string('0', 64)));
        (await _cf.RunAsync("push", "piped", "-p", app.Directory, "-m", "128M")).Failed()
            .ShouldContain("A package is not the one that the lock file was made with");

        app.Write("Pipfile", "[packages]\nwordtally = \"*\"\nflask = \"*\"\n");
        (await _cf.RunAsync("push", "piped", "-p", app.Directory, "-m", "128M")).Failed()
            .ShouldMatch(@"Pipfile\.lock does not fit Pipfile\.(.|\n)*Run 'pipenv lock'");
        (await _cf.RunAsync("delete", "piped", "-f", "-r")).Succeeded();
    }

    /// <summary>The lock of that Pipfile; its hash is the one that pipenv computes.</summary>
    private static string Lock(string digest) => $$"""
        {
          "_meta": {
            "hash": { "sha256": "8f699a1e50901ba5304566c5ddbd7fdb41c9981e14251680ff7be8cbd566bf63" },
            "pipfile-spec": 6,
            "requires": {},
            "sources": [{ "name": "pypi", "url": "https://pypi.org/simple", "verify_ssl": true }]
          },
          "default": { "wordtally": { "hashes": ["sha256:{{digest}}"], "index": "pypi", "version": "==1.2.0" } },
          "develop": {}
        }
        """;

    private static async Task<string> VendoredDigestAsync() => Convert.ToHexStringLower(
        SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(Sample, "vendor", "wordtally-1.2.0.tar.gz"))));
}
