using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Tatara.Testing;

namespace Tatara.AcceptanceTests;

/// <summary>Bad input gets a clear error, and the platform goes on.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class BadInputTests(SharedPlatform shared) : IAsyncLifetime
{
    private readonly Platform _platform = shared.Platform;
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-bad-").FullName;
    private Cf _cf = null!;

    public async Task InitializeAsync() => _cf = await shared.LoggedInAsync("bad");

    public Task DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }

    private static string Sample(string name) => Path.Combine(Platform.Root, "samples", name);

    [Fact]
    public async Task Auth_WrongPassword_IsRefused()
    {
        using var stranger = new Cf(_platform);
        (await stranger.RunAsync("api", _platform.ApiUrl)).Succeeded();

        (await stranger.RunAsync("auth", "admin", "wrong")).Failed().ShouldContain("Credentials were rejected");
    }

    [Theory]
    [InlineData("target", "-o", "nowhere", "Organization 'nowhere' not found")]
    [InlineData("target", "-s", "nowhere", "Space 'nowhere' not found")]
    public async Task Target_Unknown_IsNamed(string command, string flag, string name, string message)
    {
        using var cf = await Cf.LoggedInAsync(_platform, "bad");

        (await cf.RunAsync(command, flag, name)).Failed().ShouldContain(message);
    }

    [Fact]
    public async Task App_Unknown_IsNamed() => (await _cf.RunAsync("app", "ghost")).Failed().ShouldContain("App 'ghost' not found");

    [Fact]
    public async Task Push_PathDoesNotExist_IsNamed() =>
        (await _cf.RunAsync("push", "x", "-p", "/no/such/path")).Failed().ShouldContain("/no/such/path");

    [Fact]
    public async Task Push_EmptyDirectory_SaysSo() => (await _cf.RunAsync("push", "x", "-p", _directory)).Failed().ShouldContain("No app files found");

    [Fact]
    public async Task Push_BrokenManifest_NamesTheLine()
    {
        File.WriteAllText(Path.Combine(_directory, "manifest.yml"), "applications:\n- name: x\n  memory: 64M\n bad: [indent\n");

        (await _cf.RunAsync("push", "-f", Path.Combine(_directory, "manifest.yml"))).Failed().ShouldContain("line 4");
    }

    [Fact]
    public async Task Push_UnknownManifestKey_NamesIt()
    {
        File.WriteAllText(Path.Combine(_directory, "manifest.yml"), $"applications:\n- name: x\n  path: {Sample("static")}\n  memmory: 64M\n");

        (await _cf.RunAsync("push", "-f", Path.Combine(_directory, "manifest.yml"))).Failed().ShouldContain("memmory");
    }

    [Fact]
    public async Task Push_NoBuildpackMatches_SaysSo()
    {
        File.WriteAllText(Path.Combine(_directory, "readme.txt"), "nothing to run");

        (await _cf.RunAsync("push", "unknown", "-p", _directory, "-m", "64M")).Failed().ShouldContain("NoAppDetectedError");
    }

    [Fact]
    public async Task Push_BuildpackFails_ShowsItsWordsAndTheError()
    {
        File.WriteAllText(Path.Combine(_directory, "Gemfile"), "source \"https://rubygems.org\"\nruby \"1.8.7\"\n");

        var output = (await _cf.RunAsync("push", "broken", "-p", _directory, "-m", "64M")).Failed();

        output.ShouldContain("ruby 1.8.7, asked for in Gemfile, is not in this buildpack");
        output.ShouldContain("BuildpackCompileFailed");
    }

    [Fact]
    public async Task Push_AppExitsAtOnce_SaysSo()
    {
        File.WriteAllText(Path.Combine(_directory, "readme.txt"), "a task, not a server");

        var output = (await _cf.RunAsync("push", "shortlived", "-p", _directory, "-b", "binary_buildpack", "-c", "exit 3", "-m", "64M")).Failed();

        output.ShouldContain("cf logs shortlived --recent");
        (await _cf.RunAsync("events", "shortlived")).Succeeded().ShouldContain("crash");
    }

    [Fact]
    public async Task Push_AppNeverListens_SaysSoAfterTheTimeout()
    {
        File.WriteAllText(Path.Combine(_directory, "readme.txt"), "deaf");

        (await _cf.RunAsync("push", "deaf", "-p", _directory, "-b", "binary_buildpack", "-c", "sleep 1000", "-m", "64M", "-t", "3")).Failed();

        (await _cf.RunAsync("events", "deaf")).Succeeded().ShouldContain("port");
        (await _cf.RunAsync("delete", "deaf", "-f")).Succeeded();
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5M")]
    [InlineData("lots")]
    public async Task Push_ImpossibleMemory_IsRefused(string memory) =>
        (await _cf.RunAsync("push", "x", "-p", Sample("static"), "-m", memory)).Failed();

    [Fact]
    public async Task Scale_BeyondTheQuota_IsRefusedAndChangesNothing()
    {
        (await _cf.RunAsync("push", "modest", "-p", Sample("static"), "-m", "64M")).Succeeded();

        (await _cf.RunAsync("scale", "modest", "-m", "2000G", "-f")).Failed().ShouldContain("quota");

        (await _cf.RunAsync("app", "modest")).Succeeded().ShouldContain("64M");
        (await _cf.RunAsync("delete", "modest", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task MapRoute_HostTakenInAnotherSpace_IsRefused()
    {
        using var cf = await Cf.LoggedInAsync(_platform, "bad");
        (await cf.RunAsync("push", "owner", "-p", Sample("static"), "-m", "64M", "--no-start")).Succeeded();
        (await cf.RunAsync("create-space", "other")).Succeeded();
        (await cf.RunAsync("target", "-s", "other")).Succeeded();

        (await cf.RunAsync("push", "thief", "-p", Sample("static"), "-m", "64M", "--no-start", "--no-route")).Succeeded();
        (await cf.RunAsync("map-route", "thief", _platform.Domain, "--hostname", "owner")).Failed().ShouldContain("owner");
        (await cf.RunAsync("map-route", "thief", _platform.Domain, "--hostname", "not a host")).Failed();
        (await cf.RunAsync("delete", "thief", "-f", "-r")).Succeeded();
    }

    public static TheoryData<string> HostileEntries => new() { "../../etc/cron.d/evil", "/etc/evil", "a/../../b", "..\\evil" };

    [Theory]
    [MemberData(nameof(HostileEntries))]
    public async Task Upload_EntryLeavesTheTree_IsRefused(string name)
    {
        var state = await UploadAsync(Zip(archive => Write(archive, name, "evil")));

        state.ShouldBeOneOf("FAILED", "422");
        File.Exists("/etc/evil").ShouldBeFalse();
        File.Exists("/etc/cron.d/evil").ShouldBeFalse();
    }

    [Fact]
    public async Task Upload_LinkOutOfTheTree_IsRefused()
    {
        var state = await UploadAsync(Zip(archive =>
        {
            const int symbolicLink = 0b1_010_000_111_111_111;
            var entry = archive.CreateEntry("link");
            entry.ExternalAttributes = symbolicLink << 16;
            using var target = entry.Open();
            target.Write("/etc/shadow"u8);
        }));

        state.ShouldBeOneOf("FAILED", "422");
    }

    [Fact]
    public async Task Upload_CutOffArchive_IsRefused()
    {
        var whole = Zip(archive => Write(archive, "index.html", new string('x', 100_000)));

        (await UploadAsync(whole[..(whole.Length / 2)])).ShouldBeOneOf("FAILED", "422");
    }

    [Fact]
    public async Task Upload_ArchiveBomb_IsRefused()
    {
        var bomb = Zip(archive =>
        {
            using var target = archive.CreateEntry("zeros").Open();
            var block = new byte[1 << 20];
            for (var i = 0; i < 3_000; i++) target.Write(block);
        });

        (await UploadAsync(bomb)).ShouldBeOneOf("FAILED", "422");
    }

    [Theory]
    [InlineData("{\"name\": 5", 400)]
    [InlineData("{\"name\": 5}", 422)]
    [InlineData("[]", 422)]
    [InlineData("{\"name\": \"x\", \"relationships\": \"none\"}", 422)]
    public async Task Api_JsonOfTheWrongShape_IsCfsError(string body, int status)
    {
        using var http = await LoggedInClientAsync();

        using var response = await http.PostAsync(new Uri(_platform.ApiUrl + "/v3/apps"), new StringContent(body, Encoding.UTF8, "application/json"));

        ((int)response.StatusCode).ShouldBeOneOf(status, 400, 422);
        var errors = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("errors");
        errors[0].GetProperty("title").GetString()!.ShouldStartWith("CF-");
        errors[0].GetProperty("code").GetInt32().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Api_WithoutToken_Is401WithCfsError()
    {
        using var http = _platform.CreateClient();

        using var response = await http.GetAsync(new Uri(_platform.ApiUrl + "/v3/apps"));

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await response.Content.ReadAsStringAsync()).ShouldContain("CF-NotAuthenticated");
    }

    private async Task<HttpClient> LoggedInClientAsync()
    {
        var http = _platform.CreateClient();
        var token = (await _cf.RunAsync("oauth-token")).Succeeded().Trim();
        http.DefaultRequestHeaders.Authorization = AuthenticationHeaderValue.Parse(token);
        return http;
    }

    /// <summary>Creates a package, uploads the bytes, and says where that ended: a package state, or the status of the refusal.</summary>
    private async Task<string> UploadAsync(byte[] zip)
    {
        (await _cf.RunAsync("push", "victim", "-p", Sample("static"), "-m", "64M", "--no-start", "--no-route")).Succeeded();
        var app = (await _cf.RunAsync("app", "victim", "--guid")).Succeeded().Trim();
        using var http = await LoggedInClientAsync();
        using var created = await http.PostAsync(new Uri(_platform.ApiUrl + "/v3/packages"), new StringContent(
            JsonSerializer.Serialize(new { type = "bits", relationships = new { app = new { data = new { guid = app } } } }), Encoding.UTF8, "application/json"));
        var package = JsonDocument.Parse(await created.Content.ReadAsStringAsync()).RootElement.GetProperty("guid").GetString();
        using var form = new MultipartFormDataContent { { new ByteArrayContent(zip), "bits", "package.zip" } };
        using var uploaded = await http.PostAsync(new Uri($"{_platform.ApiUrl}/v3/packages/{package}/upload"), form);
        if (!uploaded.IsSuccessStatusCode) return ((int)uploaded.StatusCode).ToString();
        return await Eventually.BecomesAsync("the package processed", TimeSpan.FromSeconds(60), async () =>
            JsonDocument.Parse(await http.GetStringAsync(new Uri($"{_platform.ApiUrl}/v3/packages/{package}"))).RootElement.GetProperty("state").GetString()!,
            state => state is "READY" or "FAILED");
    }

    private static byte[] Zip(Action<ZipArchive> fill)
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true)) fill(archive);
        return stream.ToArray();
    }

    private static void Write(ZipArchive archive, string name, string text)
    {
        using var writer = new StreamWriter(archive.CreateEntry(name).Open());
        writer.Write(text);
    }
}
