using System.Security.Cryptography;
using System.Text.Json;
using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>The Python buildpack with real apps.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class PythonTests(SharedPlatform shared) : BuildpackTest(shared, "python")
{
    private static string Sample => Path.Combine(Platform.Root, "samples", "python");

    [Fact]
    public async Task Push_Sample_RunsThePythonAskedForWithAnExtensionCompiledFromVendor()
    {
        var push = (await Cf.RunAsync("push", "words", "-p", Sample, "-m", "128M")).Succeeded();
        push.ShouldContain("Using Python 3.11.2 (.python-version)");
        push.ShouldContain("Successfully installed wordtally-1.2.0");

        using var text = new FormUrlEncodedContent([new("text", "one two  three")]);
        using var counted = await Http.PostAsync(Platform.AppUrl("words"), text);
        (await counted.Content.ReadAsStringAsync()).ShouldContain("<p>3 words</p>");
        using var facts = JsonDocument.Parse(await Http.GetStringAsync(Platform.AppUrl("words", "/facts")));
        facts.RootElement.GetProperty("python").GetString().ShouldBe("3.11.2");
        facts.RootElement.GetProperty("extension").GetString().ShouldBe(".so");
        (await Cf.RunAsync("delete", "words", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_Pipfile_InstallsWhatItsLockPinsAndRefusesAnythingElse()
    {
        using var app = new AppCopy(Sample);
        File.Delete(Path.Combine(app.Directory, "requirements.txt"));
        File.Delete(Path.Combine(app.Directory, ".python-version"));
        app.Write("Pipfile", "[packages]\nwordtally = \"*\"\n");
        app.Write("Pipfile.lock", Lock(await VendoredDigestAsync()));
        var push = (await Cf.RunAsync("push", "piped", "-p", app.Directory, "-m", "128M")).Succeeded();
        push.ShouldContain("Successfully installed wordtally-1.2.0");
        (await Http.GetStringAsync(Platform.AppUrl("piped"))).ShouldContain("wordtally 1.2.0");

        app.Write("Pipfile.lock", Lock(new string('0', 64)));
        (await Cf.RunAsync("push", "piped", "-p", app.Directory, "-m", "128M")).Failed()
            .ShouldContain("A package is not the one that the lock file was made with");

        app.Write("Pipfile", "[packages]\nwordtally = \"*\"\nflask = \"*\"\n");
        (await Cf.RunAsync("push", "piped", "-p", app.Directory, "-m", "128M")).Failed()
            .ShouldMatch(@"Pipfile\.lock does not fit Pipfile\.(.|\n)*Run 'pipenv lock'");
        (await Cf.RunAsync("delete", "piped", "-f", "-r")).Succeeded();
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
