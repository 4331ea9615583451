using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using static Tatara.LogCache.Tests.RunningLogCache;

namespace Tatara.LogCache.Tests;

public sealed class AccessTests(Identities identities) : IClassFixture<Identities>
{
    [Fact]
    public async Task Read_BadTokens_NotFoundAndNothingElse()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        await cache.SendAsync("s", 0, "secret line");

        foreach (var (what, token) in BadTokens())
        {
            var response = await cache.GetAsync($"/api/v1/read/{App}", token);
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound, what);
            (await response.Content.ReadAsStringAsync()).ShouldBeEmpty(what);
            (await cache.GetAsync("/api/v1/meta", token)).StatusCode.ShouldBe(HttpStatusCode.NotFound, what);
        }
        (await cache.GetAsync($"/api/v1/read/{App}", new AuthenticationHeaderValue("Basic", "YWRtaW46c2VjcmV0"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Read_ExpiredToken_NotFound()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        (await cache.GetAsync($"/api/v1/read/{App}", cache.AdminToken)).StatusCode.ShouldBe(HttpStatusCode.OK);

        cache.Time.Offset = TimeSpan.FromMinutes(20);

        (await cache.GetAsync($"/api/v1/read/{App}", cache.AdminToken)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Read_AsUser_OnlyWhatCloudControllerShows()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        var (seen, hidden) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        (identities.Apps[seen], identities.Apps[hidden]) = (true, false);
        await cache.SendAsync("s", 0, Entry("a", Now, seen), Entry("b", Now, hidden), Entry("c", Now, "doppler"));

        (await cache.GetAsync($"/api/v1/read/{seen}", identities.UserToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var source in new[] { hidden, "doppler", Guid.NewGuid().ToString(), "..%2F..%2Fv3%2Fapps" })
            (await cache.GetAsync($"/api/v1/read/{source}", identities.UserToken)).StatusCode.ShouldBe(HttpStatusCode.NotFound, source);
        var meta = await (await cache.GetAsync("/api/v1/meta", identities.UserToken)).Content.ReadAsStringAsync();
        JsonDocument.Parse(meta).RootElement.GetProperty("meta").EnumerateObject().Select(p => p.Name).ShouldBe([seen]);
    }

    [Fact]
    public async Task Read_AgainAndAgain_AsksOnceAndForgetsSoon()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        var app = Guid.NewGuid().ToString();
        identities.Apps[app] = true;
        int Asked() => identities.Questions.Count(q => q.StartsWith($"/v3/apps/{app} bearer ey", StringComparison.Ordinal));

        for (var i = 0; i < 5; i++) (await cache.GetAsync($"/api/v1/read/{app}", identities.UserToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
        Asked().ShouldBe(1);
        identities.Apps[app] = false;
        cache.Time.Offset = TimeSpan.FromSeconds(31);

        (await cache.GetAsync($"/api/v1/read/{app}", identities.UserToken)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        Asked().ShouldBe(2);
    }

    [Fact]
    public async Task Read_CloudControllerFails_SaysSoAndDoesNotRememberIt()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);
        var app = Guid.NewGuid().ToString();
        identities.Apps[app] = null;

        (await cache.GetAsync($"/api/v1/read/{app}", identities.UserToken)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        identities.Apps[app] = true;
        (await cache.GetAsync($"/api/v1/read/{app}", identities.UserToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Read_UaaAway_SaysSo()
    {
        await using var cache = await RunningLogCache.StartAsync(identities, o => o with { UaaUrl = new Uri("http://127.0.0.1:1") });

        (await cache.GetAsync($"/api/v1/read/{App}", cache.AdminToken)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task Read_AsClientWithTheFirehose_SeesEverything()
    {
        await using var cache = await RunningLogCache.StartAsync(identities);

        (await cache.GetAsync("/api/v1/read/doppler", await identities.ClientTokenAsync())).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private IEnumerable<(string What, string? Token)> BadTokens()
    {
        var parts = identities.AdminToken.Split('.');
        yield return ("none", null);
        yield return ("nonsense", "nonsense");
        yield return ("dots", "..");
        yield return ("a refresh token", identities.RefreshToken);
        yield return ("alg none", $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT","kid":"key-1"}""")}.{parts[1]}.");
        yield return ("alg none with a signature", $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT","kid":"key-1"}""")}.{parts[1]}.{parts[2]}");
        yield return ("no key id", $"{Base64UrlEncoder.Encode("""{"alg":"RS256","typ":"JWT"}""")}.{parts[1]}.{parts[2]}");
        yield return ("cut off", identities.AdminToken[..^5]);
        var userParts = identities.UserToken.Split('.');
        yield return ("another's signature", $"{parts[0]}.{parts[1]}.{userParts[2]}");
        using var rsa = RSA.Create(2048);
        var own = $"{parts[0]}.{parts[1]}";
        yield return ("another key", $"{own}.{Base64UrlEncoder.Encode(rsa.SignData(Encoding.UTF8.GetBytes(own), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}");
    }
}
