using System.Text.RegularExpressions;
using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>Pushing, looking, scaling: what the seed texts show from outside.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class AppTests(SharedPlatform shared) : IAsyncLifetime
{
    private readonly Platform _platform = shared.Platform;
    private readonly HttpClient _http = shared.Platform.CreateClient();
    private Cf _cf = null!;

    public async Task InitializeAsync() => _cf = await shared.LoggedInAsync("apps");

    public Task DisposeAsync()
    {
        _http.Dispose();
        return Task.CompletedTask;
    }

    private static string Sample(string name) => Path.Combine(Platform.Root, "samples", name);

    [Fact]
    public async Task Push_RubyApp_IsOnTheWebAndScalesAndHeals()
    {
        var push = (await _cf.RunAsync("push", "dora", "-p", Sample("dora"), "-m", "128M")).Succeeded();
        push.ShouldContain("Using Ruby 3.1");
        push.ShouldMatch(@"#0\s+running");
        var page = await _http.GetStringAsync(_platform.AppUrl("dora"));
        page.ShouldStartWith("Hi, I'm Dora!");

        var scale = (await _cf.RunAsync("scale", "dora", "-i", "3")).Succeeded();
        scale.ShouldNotContain("Staging");
        var instances = new HashSet<string>();
        await Eventually.BecomesAsync("three instances answering", TimeSpan.FromSeconds(30), async () =>
        {
            foreach (var router in shared.Machines.Routers)
            {
                using var http = router.CreateClient();
                instances.Add(Fact(await http.GetStringAsync(router.AppUrl("dora")), "guid"));
            }
            return instances.Count;
        }, count => count == 3);
        (await _cf.RunAsync("app", "dora")).Succeeded().ShouldMatch(@"#2\s+running");

        (await _cf.RunAsync("scale", "dora", "-i", "1")).Succeeded();
        await Eventually.BecomesAsync("one instance left", TimeSpan.FromSeconds(30),
            async () => (await _cf.RunAsync("app", "dora")).Succeeded(), text => text.Contains("instances:", StringComparison.Ordinal) && !Regex.IsMatch(text, @"#1\s"));
        var before = Fact(await GetWhenUpAsync("dora"), "guid");

        await Should.ThrowAsync<Exception>(() => _http.GetStringAsync(_platform.AppUrl("dora", "/sigterm/KILL")));
        await Eventually.BecomesAsync("another instance answering", TimeSpan.FromSeconds(30),
            async () => Fact(await GetWhenUpAsync("dora"), "guid"), guid => guid.Length > 0 && guid != before);
        await Eventually.BecomesAsync("the crash among the events", TimeSpan.FromSeconds(10),
            async () => (await _cf.RunAsync("events", "dora")).Succeeded(), text => text.Contains("crash", StringComparison.Ordinal));

        (await _cf.RunAsync("delete", "dora", "-f", "-r")).Succeeded();
        await Eventually.BecomesAsync("404 for the deleted app", TimeSpan.FromSeconds(30),
            async () => (int)(await _http.GetAsync(_platform.AppUrl("dora"))).StatusCode, status => status == 404);
    }

    [Fact]
    public async Task Push_StaticPage_IsServedByNginx()
    {
        (await _cf.RunAsync("push", "page", "-p", Sample("static"), "-m", "64M", "-k", "64M")).Succeeded();

        (await _http.GetStringAsync(_platform.AppUrl("page"))).ShouldContain("Hello from a static page");
        (await _http.GetStringAsync(_platform.AppUrl("page", "/style.css"))).ShouldContain("font-family");
        (await _http.GetAsync(_platform.AppUrl("page", "/Staticfile"))).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
        (await _http.GetStringAsync(new Uri($"http://page.{_platform.Domain}:{_platform.HttpPort}/"))).ShouldContain("Hello");
        (await _cf.RunAsync("delete", "page", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_BinaryWithProcfile_RunsAsItIs()
    {
        (await _cf.RunAsync("push", "plain", "-p", Sample("binary"), "-b", "binary_buildpack", "-m", "64M")).Succeeded();

        (await _http.GetStringAsync(_platform.AppUrl("plain"))).ShouldBe("Hello from a binary, instance 0\n");
        (await _cf.RunAsync("delete", "plain", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task SetEnv_AfterRestage_TheAppSeesIt()
    {
        (await _cf.RunAsync("push", "envy", "-p", Sample("dora"), "-m", "128M", "--no-start")).Succeeded();
        (await _cf.RunAsync("set-env", "envy", "GREETING", "hello there; \"quoted\" $HOME")).Succeeded();
        (await _cf.RunAsync("start", "envy")).Succeeded();

        (await _http.GetStringAsync(_platform.AppUrl("envy", "/env/GREETING"))).ShouldBe("hello there; \"quoted\" $HOME\n");
        (await _http.GetStringAsync(_platform.AppUrl("envy", "/env/PORT"))).ShouldBe("8080\n");
        (await _http.GetStringAsync(_platform.AppUrl("envy", "/env/USER"))).ShouldBe("vcap\n");
        (await _cf.RunAsync("env", "envy")).Succeeded().ShouldContain("GREETING");

        (await _cf.RunAsync("unset-env", "envy", "GREETING")).Succeeded();
        (await _cf.RunAsync("restart", "envy")).Succeeded();
        (await _http.GetStringAsync(_platform.AppUrl("envy", "/env/GREETING"))).ShouldBe("\n");
        (await _cf.RunAsync("restage", "envy")).Succeeded().ShouldContain("Using Ruby");
        (await _cf.RunAsync("stop", "envy")).Succeeded();
        await Eventually.BecomesAsync("no instance answering", TimeSpan.FromSeconds(15),
            async () => (int)(await _http.GetAsync(_platform.AppUrl("envy"))).StatusCode, status => status is 404 or 503);
        (await _cf.RunAsync("delete", "envy", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Routes_MapAndUnmap_TakeEffectWithoutARestart()
    {
        (await _cf.RunAsync("push", "routed", "-p", Sample("static"), "-m", "64M")).Succeeded();
        (await _cf.RunAsync("map-route", "routed", _platform.Domain, "--hostname", "other")).Succeeded();
        await Eventually.BecomesAsync("the new route", TimeSpan.FromSeconds(10),
            async () => (int)(await _http.GetAsync(_platform.AppUrl("other"))).StatusCode, status => status == 200);
        (await _cf.RunAsync("routes")).Succeeded().ShouldContain("other");

        (await _cf.RunAsync("unmap-route", "routed", _platform.Domain, "--hostname", "other")).Succeeded();
        await Eventually.BecomesAsync("the route gone", TimeSpan.FromSeconds(30),
            async () => (int)(await _http.GetAsync(_platform.AppUrl("other"))).StatusCode, status => status == 404);
        (await _http.GetAsync(_platform.AppUrl("routed"))).IsSuccessStatusCode.ShouldBeTrue();
        (await _cf.RunAsync("delete-route", _platform.Domain, "--hostname", "other", "-f")).Succeeded();
        (await _cf.RunAsync("delete", "routed", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Logs_RecentAndTail_HoldWhatTheAppWrote()
    {
        (await _cf.RunAsync("push", "talker", "-p", Sample("dora"), "-m", "128M")).Succeeded();
        using var tail = _cf.Start("logs", "talker");
        var lines = new List<string>();
        tail.OutputDataReceived += (_, line) => { lock (lines) lines.Add(line.Data ?? ""); };
        tail.BeginOutputReadLine();

        await _http.GetStringAsync(_platform.AppUrl("talker", "/log/one-line-out"));
        await _http.GetStringAsync(_platform.AppUrl("talker", "/err/one-line-err"));

        await Eventually.BecomesAsync("the lines in the tail", TimeSpan.FromSeconds(15), () =>
        {
            lock (lines) return Task.FromResult(string.Join('\n', lines));
        }, text => text.Contains("OUT one-line-out", StringComparison.Ordinal) && text.Contains("ERR one-line-err", StringComparison.Ordinal));
        tail.Kill();
        var recent = (await _cf.RunAsync("logs", "talker", "--recent")).Succeeded();
        recent.ShouldContain("one-line-out");
        recent.ShouldContain("[RTR/");
        recent.ShouldContain("[STG/");
        (await _cf.RunAsync("delete", "talker", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_ManifestWithVariables_IsApplied()
    {
        var directory = Directory.CreateTempSubdirectory("tatara-manifest-").FullName;
        File.WriteAllText(Path.Combine(directory, "manifest.yml"), $"""
            applications:
            - name: ((name))
              path: {Sample("static")}
              memory: 64M
              disk_quota: 128M
              instances: 2
              env:
                COLOUR: ((colour))
              routes:
              - route: first.{_platform.Domain}
              - route: second.{_platform.Domain}/deep

            """);

        (await _cf.RunAsync("push", "-f", Path.Combine(directory, "manifest.yml"), "--var", "name=declared", "--var", "colour=red")).Succeeded();

        (await _http.GetAsync(_platform.AppUrl("first"))).IsSuccessStatusCode.ShouldBeTrue();
        (await _http.GetAsync(_platform.AppUrl("second"))).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
        (await _cf.RunAsync("env", "declared")).Succeeded().ShouldContain("red");
        (await _cf.RunAsync("app", "declared")).Succeeded().ShouldContain("2/2");
        (await _cf.RunAsync("delete", "declared", "-f", "-r")).Succeeded();
    }

    private async Task<string> GetWhenUpAsync(string host)
    {
        using var response = await _http.GetAsync(_platform.AppUrl(host));
        return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : "";
    }

    private static string Fact(string page, string name) => Regex.Match(page, $@"^{name}: (\S+)", RegexOptions.Multiline).Groups[1].Value;
}
