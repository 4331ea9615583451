using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using static Tatara.Uaa.Tests.RunningUaa;

namespace Tatara.Uaa.Tests;

public sealed class HostileTokenTests
{
    [Fact]
    public async Task Users_Expired_InvalidTokenSoThatClientsRefresh()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var token = await uaa.AdminAccessTokenAsync();
        uaa.Time.Offset = TimeSpan.FromSeconds(1200);

        var response = await uaa.GetAsync("/Users", token);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await JsonAsync(response)).GetProperty("error").GetString().ShouldBe("invalid_token");
    }

    [Fact]
    public async Task Users_ForgedTokens_AllRefused()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var tokens = await uaa.AdminTokensAsync();
        var good = tokens.GetProperty("access_token").GetString()!;
        var published = (await JsonAsync(await uaa.GetAsync("/token_key"))).GetProperty("value").GetString()!;

        foreach (var (what, forged) in Forgeries(good, published, tokens.GetProperty("refresh_token").GetString()!))
        {
            var response = await uaa.GetAsync("/Users", forged);
            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, what);
            (await JsonAsync(response)).GetProperty("error").GetString().ShouldBe("invalid_token", what);
        }
        (await uaa.GetAsync("/Users", good)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Users_NoToken_Unauthorized()
    {
        await using var uaa = await RunningUaa.StartAsync();

        var response = await uaa.GetAsync("/Users");

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await JsonAsync(response)).GetProperty("error").GetString().ShouldBe("unauthorized");
    }

    [Fact]
    public async Task Revoke_OwnTokens_AreRefusedFromThen()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var tokens = await uaa.AdminTokensAsync();
        var access = tokens.GetProperty("access_token").GetString()!;
        var refresh = tokens.GetProperty("refresh_token").GetString()!;
        new JsonWebToken(access).GetClaim("revocable").Value.ShouldBe("true");

        (await uaa.SendJsonAsync(HttpMethod.Delete, "/oauth/token/revoke/" + new JsonWebToken(refresh).Id, refresh, null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await uaa.SendJsonAsync(HttpMethod.Delete, "/oauth/token/revoke/" + new JsonWebToken(access).Id, access, null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await uaa.RestartAsync();

        (await uaa.RefreshAsync(refresh)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await uaa.GetAsync("/userinfo", access)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Revoke_SomebodyElsesToken_Forbidden()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var admin = await uaa.AdminAccessTokenAsync();
        await uaa.CreateUserAsync(admin, "maria", "secret");
        var maria = (await JsonAsync(await uaa.LogInAsync("maria", "secret"))).GetProperty("access_token").GetString()!;

        var response = await uaa.SendJsonAsync(HttpMethod.Delete, "/oauth/token/revoke/" + new JsonWebToken(admin).Id, maria, null);

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await uaa.GetAsync("/userinfo", admin)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task CheckToken_OnlyForResourceServers_TellsWhatTheTokenSays()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var token = await uaa.AdminAccessTokenAsync();

        var asWorker = await CheckAsync(uaa, "worker", "worker secret", token);
        var asCf = await CheckAsync(uaa, "cf", "", token);
        var ofNonsense = await CheckAsync(uaa, "worker", "worker secret", "nonsense");

        (await JsonAsync(asWorker)).GetProperty("user_name").GetString().ShouldBe("admin");
        asCf.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        ofNonsense.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await JsonAsync(ofNonsense)).GetProperty("error").GetString().ShouldBe("invalid_token");
    }

    [Fact]
    public async Task SigningKey_FirstStart_MadeOnceAndReadableByItsOwnerOnly()
    {
        await using var uaa = await RunningUaa.StartAsync(o => o with { Database = null }, withKey: false);
        var tokens = await uaa.AdminTokensAsync();
        var file = Directory.GetFiles(Path.Combine(uaa.Options.DataDirectory, "signing-keys")).ShouldHaveSingleItem();
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        await uaa.RestartAsync();

        (await uaa.RefreshAsync(tokens.GetProperty("refresh_token").GetString()!)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task SigningKey_AddedOne_SignsFromThenAndOldTokensStayGood()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var old = await uaa.AdminTokensAsync();
        using var rsa = RSA.Create(2048);
        await File.WriteAllTextAsync(Path.Combine(uaa.Options.DataDirectory, "signing-keys", "key-2.pem"), rsa.ExportPkcs8PrivateKeyPem());

        await uaa.RestartAsync();

        new JsonWebToken(await uaa.AdminAccessTokenAsync()).Kid.ShouldBe("key-2");
        (await uaa.GetAsync("/userinfo", old.GetProperty("access_token").GetString())).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await uaa.RefreshAsync(old.GetProperty("refresh_token").GetString()!)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static Task<HttpResponseMessage> CheckAsync(RunningUaa uaa, string client, string secret, string token) =>
        uaa.SendAsync(HttpMethod.Post, "/check_token", Basic(client, secret), new FormUrlEncodedContent([KeyValuePair.Create("token", token)]));

    private static IEnumerable<(string What, string Token)> Forgeries(string good, string publishedPem, string refreshToken)
    {
        var parts = good.Split('.');
        var payload = JsonNode.Parse(Base64UrlEncoder.Decode(parts[1]))!.AsObject();
        payload["user_name"] = "somebody else";
        var changed = Base64UrlEncoder.Encode(payload.ToJsonString());
        yield return ("not a token", "abc");
        yield return ("three dots", "a.b.c");
        yield return ("huge", new string('a', 20_000));
        yield return ("changed payload", $"{parts[0]}.{changed}.{parts[2]}");
        yield return ("no signature", $"{parts[0]}.{parts[1]}.");
        yield return ("alg none", $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT","kid":"key-1"}""")}.{parts[1]}.");
        yield return ("alg None", $"{Base64UrlEncoder.Encode("""{"alg":"None","typ":"JWT","kid":"key-1"}""")}.{parts[1]}.{parts[2]}");
        var input = $"{Base64UrlEncoder.Encode("""{"alg":"HS256","typ":"JWT","kid":"key-1"}""")}.{changed}";
        yield return ("the public key as a secret", $"{input}.{Base64UrlEncoder.Encode(HMACSHA256.HashData(Encoding.UTF8.GetBytes(publishedPem), Encoding.UTF8.GetBytes(input)))}");
        using var rsa = RSA.Create(2048);
        foreach (var kid in new[] { "key-1", "key-9", "../../etc/passwd" })
        {
            var own = $"{Base64UrlEncoder.Encode($$"""{"alg":"RS256","typ":"JWT","kid":"{{kid}}","jku":"https://evil.example/token_keys"}""")}.{changed}";
            yield return ($"another key called {kid}", $"{own}.{Base64UrlEncoder.Encode(rsa.SignData(Encoding.UTF8.GetBytes(own), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}");
        }
        yield return ("a refresh token", refreshToken);
    }
}
