using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>Sites with a Staticfile.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class StaticfileTests(SharedPlatform shared) : IAsyncLifetime
{
    /// <summary>bob's password is "bob".</summary>
    private const string Users = "bob:$apr1$DuUQEQp8$ZccZCHQElNSjrg.erwSFC0\n";

    private readonly Platform _platform = shared.Platform;
    private readonly HttpClient _http = shared.Platform.CreateClient(followRedirects: false);
    private readonly string _directory = Directory.CreateTempSubdirectory("tatara-site-").FullName;
    private Cf _cf = null!;

    public async Task InitializeAsync() => _cf = await Cf.LoggedInAsync(_platform, "sites");

    public Task DisposeAsync()
    {
        _http.Dispose();
        _cf.Dispose();
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Push_AllOptionsInOneSite_EachDoesItsPart()
    {
        Write("Staticfile", """
            root: dist
            pushstate: enabled
            force_https: true
            http_strict_transport_security: true
            location_include: includes/*.conf
            status_codes:
              401: /who.html
            """);
        Write("Staticfile.auth", Users);
        Write("nginx/conf/includes/headers.conf", "add_header X-Ours yes;");
        Write("dist/index.html", "<h1>the app</h1>");
        Write("dist/style.css", string.Concat(Enumerable.Repeat("p { color: red }\n", 200)));
        Write("dist/.secret", "hidden");
        (await _cf.RunAsync("push", "site", "-p", _directory, "-m", "32M")).Succeeded().ShouldContain("Basic authentication is on");

        (await _http.GetAsync(_platform.AppUrl("site"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        using var plain = await GetAsync(new Uri($"http://site.{_platform.Domain}:{_platform.HttpPort}/some/route?x=1"));
        plain.StatusCode.ShouldBe(HttpStatusCode.MovedPermanently);
        plain.Headers.Location!.ToString().ShouldBe($"https://site.{_platform.Domain}/some/route?x=1");

        using var route = await GetAsync(_platform.AppUrl("site", "/some/route"));
        (await route.Content.ReadAsStringAsync()).ShouldBe("<h1>the app</h1>");
        route.Headers.GetValues("Strict-Transport-Security").Single().ShouldBe("max-age=31536000");
        route.Headers.GetValues("X-Ours").Single().ShouldBe("yes");

        using var style = await GetAsync(_platform.AppUrl("site", "/style.css"), gzip: true);
        style.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        (await style.Content.ReadAsByteArrayAsync()).Length.ShouldBeLessThan(1000);

        using var hidden = await GetAsync(_platform.AppUrl("site", "/.secret"));
        hidden.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await _cf.RunAsync("delete", "site", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_IncludedFileIsBroken_SaysWhere()
    {
        Write("Staticfile", "root: dist\nlocation_include: includes/*.conf\n");
        Write("nginx/conf/includes/headers.conf", "add_heeader X-Ours yes;");
        Write("dist/index.html", "");

        var said = (await _cf.RunAsync("push", "broken", "-p", _directory, "-m", "32M")).Failed();

        said.ShouldContain("unknown directive \"add_heeader\" in nginx/conf/includes/headers.conf:1");
        said.ShouldContain("location_include");
        (await _cf.RunAsync("delete", "broken", "-f", "-r")).Succeeded();
    }

    private async Task<HttpResponseMessage> GetAsync(Uri address, bool gzip = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes("bob:bob")));
        if (gzip) request.Headers.AcceptEncoding.ParseAdd("gzip");
        return await _http.SendAsync(request);
    }

    private void Write(string name, string content)
    {
        var file = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }
}
