using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Tatara.Cli.Tests.Foundry;

internal sealed partial class FakeFoundry
{
    public const string Password = "correct horse";

    private int issued;

    /// <summary>How long new access tokens are good for.</summary>
    public TimeSpan TokenLife { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The only access tokens that are accepted; null accepts all that were issued.</summary>
    public string? OnlyToken { get; set; }

    public bool IsRefreshRefused { get; set; }

    public string LastToken { get; private set; } = "";

    private void MapUaa()
    {
        app.MapGet("/", () => Json(new JsonObject
        {
            ["links"] = new JsonObject
            {
                ["cloud_controller_v3"] = new JsonObject { ["href"] = $"{Address}/v3", ["meta"] = new JsonObject { ["version"] = "3.180.0" } },
                ["login"] = new JsonObject { ["href"] = Address },
                ["uaa"] = new JsonObject { ["href"] = Address },
                ["log_cache"] = new JsonObject { ["href"] = Address },
                ["logging"] = null,
            },
        }));
        app.MapGet("/login", () => Json(new JsonObject
        {
            ["prompts"] = new JsonObject
            {
                ["username"] = new JsonArray("text", "Email"),
                ["password"] = new JsonArray("password", "Password"),
                ["passcode"] = new JsonArray("password", "Temporary Authentication Code"),
            },
        }));
        app.MapPost("/oauth/token", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            return form["grant_type"].ToString() switch
            {
                "password" when form["password"] == Password => Tokens(form["username"].ToString()),
                "refresh_token" when !IsRefreshRefused && form["refresh_token"] == "refresh-me" => Tokens("admin"),
                _ => Json(new JsonObject { ["error"] = "unauthorized", ["error_description"] = "Bad credentials" }, 401),
            };
        });
    }

    public string Token(string user)
    {
        var claims = new JsonObject
        {
            ["user_name"] = user,
            ["user_id"] = "u-1",
            ["origin"] = "uaa",
            ["exp"] = DateTimeOffset.UtcNow.Add(TokenLife).ToUnixTimeSeconds(),
            ["jti"] = $"{++issued}",
        };
        return $"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()))}.sig";
    }

    private IResult Tokens(string user)
    {
        LastToken = Token(user);
        if (OnlyToken is not null) OnlyToken = LastToken;
        return Json(new JsonObject { ["access_token"] = LastToken, ["refresh_token"] = "refresh-me", ["token_type"] = "bearer" });
    }

    private bool IsAuthorized(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("bearer ", StringComparison.Ordinal) && (OnlyToken is null || header == $"bearer {OnlyToken}");
    }
}
