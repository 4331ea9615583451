using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>Apps with an nginx.conf of their own.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class NginxTests(SharedPlatform shared) : IAsyncLifetime
{
    private readonly Platform _platform = shared.Platform;
    private readonly HttpClient _http = shared.Platform.CreateClient();
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-nginx-").FullName;
    private Cf _cf = null!;

    public async Task InitializeAsync() => _cf = await Cf.LoggedInAsync(_platform, "nginx");

    public Task DisposeAsync()
    {
        _http.Dispose();
        _cf.Dispose();
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Push_Sample_TemplatesAndModuleAreFilledIn()
    {
        (await _cf.RunAsync("push", "mynginx", "-p", Path.Combine(Platform.Root, "samples", "nginx"), "-m", "32M", "--no-start")).Succeeded();
        (await _cf.RunAsync("set-env", "mynginx", "GREETING", "Hello & <welcome>")).Succeeded();
        (await _cf.RunAsync("start", "mynginx")).Succeeded().ShouldContain("Using nginx 1.22");

        (await _http.GetStringAsync(_platform.AppUrl("mynginx", "/greeting"))).ShouldBe("Hello & <welcome>, visitor, from instance 0\n");
        using var page = await _http.GetAsync(_platform.AppUrl("mynginx"));
        (await page.Content.ReadAsStringAsync()).ShouldContain("Hello from an nginx of one's own");
        page.Headers.GetValues("X-Served-By").Single().ShouldStartWith("nginx 1.22");
        await Eventually.BecomesAsync("the access log among the app's lines", TimeSpan.FromSeconds(15),
            async () => (await _cf.RunAsync("logs", "mynginx", "--recent")).Succeeded(), text => text.Contains("\"GET /greeting HTTP/1.1\" 200 ", StringComparison.Ordinal));
        (await _cf.RunAsync("delete", "mynginx", "-f", "-r")).Succeeded();
    }

    [Theory]
    [InlineData("events {}\nhttp { server { listen 8080; } }", "nginx.conf does not listen on {{port}}", "Write 'listen {{port}};'")]
    [InlineData("events {}\nhttp {\n  server { listen {{port}}; rooot public; }\n}", "unknown directive \"rooot\" in nginx.conf:3", "nginx does not accept nginx.conf")]
    public async Task Push_BrokenConfiguration_SaysWhatToMend(string configuration, string wrong, string mend)
    {
        File.WriteAllText(Path.Combine(_directory, "nginx.conf"), configuration);

        var said = (await _cf.RunAsync("push", "broken", "-p", _directory, "-b", "nginx_buildpack", "-m", "32M")).Failed();

        said.ShouldContain(wrong);
        said.ShouldContain(mend);
        (await _cf.RunAsync("delete", "broken", "-f", "-r")).Succeeded();
    }
}
