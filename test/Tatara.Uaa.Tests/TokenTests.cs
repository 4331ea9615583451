using System.Net;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using static Tatara.Uaa.Tests.RunningUaa;

namespace Tatara.Uaa.Tests;

public sealed class TokenTests
{
    [Fact]
    public async Task PostToken_RightPassword_TokenIsSignedWithThePublishedKey()
    {
        await using var uaa = await RunningUaa.StartAsync();

        var tokens = await uaa.AdminTokensAsync();

        tokens.GetProperty("token_type").GetString().ShouldBe("bearer");
        tokens.GetProperty("expires_in").GetInt32().ShouldBe(1200);
        tokens.GetProperty("scope").GetString()!.Split(' ').ShouldContain("cloud_controller.admin");
        var keys = new JsonWebKeySet(await uaa.Http.GetStringAsync("/token_keys"));
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(tokens.GetProperty("access_token").GetString(), new TokenValidationParameters
        {
            IssuerSigningKeys = keys.GetSigningKeys(),
            ValidIssuer = "https://uaa.tatara.localhost/oauth/token",
            ValidAudience = "cloud_controller",
            ValidAlgorithms = ["RS256"],
        });
        result.IsValid.ShouldBeTrue(result.Exception?.Message);
        var token = (JsonWebToken)result.SecurityToken;
        token.Kid.ShouldBe("key-1");
        token.GetClaim("user_name").Value.ShouldBe("admin");
        token.GetClaim("origin").Value.ShouldBe("uaa");
        token.GetClaim("client_id").Value.ShouldBe("cf");
        token.GetClaim("cid").Value.ShouldBe("cf");
        token.GetClaim("user_id").Value.ShouldBe(token.Subject);
        var claims = JsonDocument.Parse(Base64UrlEncoder.Decode(token.EncodedPayload)).RootElement;
        claims.GetProperty("scope").ValueKind.ShouldBe(JsonValueKind.Array);
        claims.GetProperty("aud").EnumerateArray().Select(a => a.GetString()).ShouldContain("cf");
        claims.GetProperty("exp").GetInt64().ShouldBe(claims.GetProperty("iat").GetInt64() + 1200);
    }

    [Fact]
    public async Task PostToken_ClientCredentialsInTheForm_HasAuthorities()
    {
        await using var uaa = await RunningUaa.StartAsync();

        var response = await uaa.SendAsync(HttpMethod.Post, "/oauth/token", null, new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = "worker",
            ["client_secret"] = "worker secret",
        }));

        var tokens = await JsonAsync(response);
        tokens.GetProperty("scope").GetString().ShouldBe("doppler.firehose uaa.resource");
        tokens.TryGetProperty("refresh_token", out _).ShouldBeFalse();
        var token = new JsonWebToken(tokens.GetProperty("access_token").GetString());
        token.Subject.ShouldBe("worker");
        token.TryGetClaim("user_id", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task PostToken_Refresh_NewAccessTokenAndTheSameRefreshToken()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var first = await uaa.AdminTokensAsync();
        uaa.Time.Offset = TimeSpan.FromDays(29);

        var second = await JsonAsync(await uaa.RefreshAsync(first.GetProperty("refresh_token").GetString()!));

        second.GetProperty("refresh_token").GetString().ShouldBe(first.GetProperty("refresh_token").GetString());
        second.GetProperty("jti").GetString().ShouldNotBe(first.GetProperty("jti").GetString());
        (await uaa.GetAsync("/userinfo", second.GetProperty("access_token").GetString())).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task PostToken_RefreshExpired_InvalidToken()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var first = await uaa.AdminTokensAsync();
        uaa.Time.Offset = TimeSpan.FromDays(30) + TimeSpan.FromSeconds(1);

        var response = await uaa.RefreshAsync(first.GetProperty("refresh_token").GetString()!);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await JsonAsync(response)).GetProperty("error").GetString().ShouldBe("invalid_token");
    }

    [Fact]
    public async Task PostToken_RefreshTokenOfAnotherClient_InvalidGrant()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var tokens = await uaa.AdminTokensAsync();

        var response = await uaa.RefreshAsync(tokens.GetProperty("refresh_token").GetString()!, client: "other");

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await JsonAsync(response)).GetProperty("error").GetString().ShouldBe("invalid_grant");
    }

    [Fact]
    public async Task PostToken_AccessTokenAsRefreshToken_Refused()
    {
        await using var uaa = await RunningUaa.StartAsync();

        var response = await uaa.RefreshAsync(await uaa.AdminAccessTokenAsync());

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task PostToken_LoginHintOfAnotherProvider_Refused()
    {
        await using var uaa = await RunningUaa.StartAsync();

        var known = await uaa.PostTokenAsync("cf", "", "?login_hint=%7B%22origin%22%3A%22uaa%22%7D", ("grant_type", "password"), ("username", "admin"), ("password", Password));
        var unknown = await uaa.PostTokenAsync("cf", "", "?login_hint=%7B%22origin%22%3A%22ldap%22%7D", ("grant_type", "password"), ("username", "admin"), ("password", Password));

        known.StatusCode.ShouldBe(HttpStatusCode.OK);
        unknown.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Restart_TokensAndUsers_StayGood()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var tokens = await uaa.AdminTokensAsync();
        await uaa.CreateUserAsync(tokens.GetProperty("access_token").GetString()!, "maria", "secret");

        await uaa.RestartAsync(o => o with { AdminPassword = "another one" });

        (await uaa.GetAsync("/userinfo", tokens.GetProperty("access_token").GetString())).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await uaa.LogInAsync("maria", "secret")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await uaa.LogInAsync("admin", Password)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
