using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>Apps with an nginx.conf of their own.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class NginxTests(SharedPlatform shared) : BuildpackTest(shared, "nginx")
{
    [Fact]
    public async Task Push_Sample_TemplatesAndModuleAreFilledIn()
    {
        (await Cf.RunAsync("push", "mynginx", "-p", Path.Combine(Platform.Root, "samples", "nginx"), "-m", "32M", "--no-start")).Succeeded();
        (await Cf.RunAsync("set-env", "mynginx", "GREETING", "Hello & <welcome>")).Succeeded();
        (await Cf.RunAsync("start", "mynginx")).Succeeded().ShouldContain("Using nginx 1.22");

        (await Http.GetStringAsync(Platform.AppUrl("mynginx", "/greeting"))).ShouldBe("Hello & <welcome>, visitor, from instance 0\n");
        using var page = await Http.GetAsync(Platform.AppUrl("mynginx"));
        (await page.Content.ReadAsStringAsync()).ShouldContain("Hello from an nginx of one's own");
        page.Headers.GetValues("X-Served-By").Single().ShouldStartWith("nginx 1.22");
        await Eventually.BecomesAsync("the access log among the app's lines", TimeSpan.FromSeconds(15),
            async () => (await Cf.RunAsync("logs", "mynginx", "--recent")).Succeeded(), text => text.Contains("\"GET /greeting HTTP/1.1\" 200 ", StringComparison.Ordinal));
        (await Cf.RunAsync("delete", "mynginx", "-f", "-r")).Succeeded();
    }

    [Theory]
    [InlineData("events {}\nhttp { server { listen 8080; } }", "nginx.conf does not listen on {{port}}", "Write 'listen {{port}};'")]
    [InlineData("events {}\nhttp {\n  server { listen {{port}}; rooot public; }\n}", "unknown directive \"rooot\" in nginx.conf:3", "nginx does not accept nginx.conf")]
    public async Task Push_BrokenConfiguration_SaysWhatToMend(string configuration, string wrong, string mend)
    {
        File.WriteAllText(Path.Combine(Folder, "nginx.conf"), configuration);

        var said = (await Cf.RunAsync("push", "broken", "-p", Folder, "-b", "nginx_buildpack", "-m", "32M")).Failed();

        said.ShouldContain(wrong);
        said.ShouldContain(mend);
        (await Cf.RunAsync("delete", "broken", "-f", "-r")).Succeeded();
    }
}
