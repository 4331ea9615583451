using System.Net;
using static Tatara.Uaa.Tests.RunningUaa;

namespace Tatara.Uaa.Tests;

public sealed class LoginInfoTests
{
    [Theory]
    [InlineData("/login")]
    [InlineData("/info")]
    public async Task Login_AsJson_HasPromptsLinksAndVersion(string path)
    {
        await using var uaa = await RunningUaa.StartAsync(o => o with { ExternalHttpsPort = 8443 });

        var info = await JsonAsync(await uaa.GetAsync(path));

        info.GetProperty("prompts").GetProperty("username")[0].GetString().ShouldBe("text");
        info.GetProperty("prompts").GetProperty("password")[0].GetString().ShouldBe("password");
        info.GetProperty("links").GetProperty("uaa").GetString().ShouldBe("https://uaa.tatara.localhost:8443");
        info.GetProperty("links").GetProperty("login").GetString().ShouldBe("https://login.tatara.localhost:8443");
        Version.Parse(info.GetProperty("app").GetProperty("version").GetString()!).Major.ShouldBeGreaterThan(4);
        info.GetProperty("zone_name").GetString().ShouldBe("uaa");
    }

    [Fact]
    public async Task OpenIdConfiguration_Always_PointsAtThisUaa()
    {
        await using var uaa = await RunningUaa.StartAsync();

        var configuration = await JsonAsync(await uaa.GetAsync("/.well-known/openid-configuration"));

        configuration.GetProperty("issuer").GetString().ShouldBe("https://uaa.tatara.localhost/oauth/token");
        configuration.GetProperty("jwks_uri").GetString().ShouldBe("https://uaa.tatara.localhost/token_keys");
    }

    [Fact]
    public async Task Anything_NotThere_IsJsonToo()
    {
        await using var uaa = await RunningUaa.StartAsync();

        var response = await uaa.GetAsync("/nothing/here");

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await JsonAsync(response)).GetProperty("error").GetString().ShouldBe("not_found");
    }
}
