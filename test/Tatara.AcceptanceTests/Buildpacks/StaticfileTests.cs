using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Tatara.Testing;

namespace Tatara.AcceptanceTests.Buildpacks;

/// <summary>Sites with a Staticfile.</summary>
[Collection(nameof(OnSharedPlatform))]
public sealed class StaticfileTests(SharedPlatform shared) : BuildpackTest(shared, "sites", followRedirects: false)
{
    /// <summary>bob's password is "bob".</summary>
    private const string Users = "bob:$apr1$DuUQEQp8$ZccZCHQElNSjrg.erwSFC0\n";

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
        (await Cf.RunAsync("push", "site", "-p", Folder, "-m", "32M")).Succeeded().ShouldContain("Basic authentication is on");

        (await Http.GetAsync(Platform.AppUrl("site"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        using var plain = await GetAsync(new Uri($"http://site.{Platform.Domain}:{Platform.HttpPort}/some/route?x=1"));
        plain.StatusCode.ShouldBe(HttpStatusCode.MovedPermanently);
        plain.Headers.Location!.ToString().ShouldBe($"https://site.{Platform.Domain}/some/route?x=1");

        using var route = await GetAsync(Platform.AppUrl("site", "/some/route"));
        (await route.Content.ReadAsStringAsync()).ShouldBe("<h1>the app</h1>");
        route.Headers.GetValues("Strict-Transport-Security").Single().ShouldBe("max-age=31536000");
        route.Headers.GetValues("X-Ours").Single().ShouldBe("yes");

        using var style = await GetAsync(Platform.AppUrl("site", "/style.css"), gzip: true);
        style.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        (await style.Content.ReadAsByteArrayAsync()).Length.ShouldBeLessThan(1000);

        using var hidden = await GetAsync(Platform.AppUrl("site", "/.secret"));
        hidden.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Cf.RunAsync("delete", "site", "-f", "-r")).Succeeded();
    }

    [Fact]
    public async Task Push_IncludedFileIsBroken_SaysWhere()
    {
        Write("Staticfile", "root: dist\nlocation_include: includes/*.conf\n");
        Write("nginx/conf/includes/headers.conf", "add_heeader X-Ours yes;");
        Write("dist/index.html", "");

        var said = (await Cf.RunAsync("push", "broken", "-p", Folder, "-m", "32M")).Failed();

        said.ShouldContain("unknown directive \"add_heeader\" in nginx/conf/includes/headers.conf:1");
        said.ShouldContain("location_include");
        (await Cf.RunAsync("delete", "broken", "-f", "-r")).Succeeded();
    }

    private async Task<HttpResponseMessage> GetAsync(Uri address, bool gzip = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes("bob:bob")));
        if (gzip) request.Headers.AcceptEncoding.ParseAdd("gzip");
        return await Http.SendAsync(request);
    }

    private void Write(string name, string content)
    {
        var file = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }
}
