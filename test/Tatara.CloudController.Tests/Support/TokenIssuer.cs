using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Tatara.CloudController.Tests.Support;

/// <summary>Stands where UAA stands: its own RSA key, served as JWKS over HTTP, signs the tokens of the tests.</summary>
public sealed class TokenIssuer : IAsyncDisposable
{
    public const string Domain = "tatara.test";

    private readonly WebApplication _app;
    private RSA _key = RSA.Create(2048);
    private int _generation = 1;

    private TokenIssuer()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(http =>
        {
            Requests++;
            return http.Request.Path == "/token_keys" ? http.Response.WriteAsync(Jwks()) : Task.CompletedTask;
        });
    }

    public Uri Url => new(_app.Urls.First());

    public int Requests { get; private set; }

    public static async Task<TokenIssuer> StartAsync()
    {
        var issuer = new TokenIssuer();
        await issuer._app.StartAsync();
        return issuer;
    }

    public void RotateKey()
    {
        _key = RSA.Create(2048);
        _generation++;
    }

    public string Admin() => Token("admin-guid", "admin", "cloud_controller.admin", "cloud_controller.read", "cloud_controller.write");

    public string User(string user) => Token(user, user + "-name", "cloud_controller.read", "cloud_controller.write");

    public string Token(string user, string name, params string[] scopes) => Token(user, name, TimeSpan.FromMinutes(10), scopes: scopes);

    public string Token(
        string user, string name, TimeSpan life, string audience = "cloud_controller", string? issuer = null, RSA? key = null, params string[] scopes) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? $"https://uaa.{Domain}/oauth/token",
            Audience = audience,
            Expires = DateTime.UtcNow + life,
            Claims = new Dictionary<string, object>
            {
                ["user_id"] = user, ["user_name"] = name, ["origin"] = "uaa", ["client_id"] = "cf", ["cid"] = "cf", ["scope"] = scopes,
            },
            SigningCredentials = new SigningCredentials(new RsaSecurityKey(key ?? _key) { KeyId = $"key-{_generation}" }, SecurityAlgorithms.RsaSha256),
        });

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private string Jwks()
    {
        var p = _key.ExportParameters(false);
        return $$"""{"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":"key-{{_generation}}","n":"{{Base64UrlEncoder.Encode(p.Modulus)}}","e":"{{Base64UrlEncoder.Encode(p.Exponent)}}"}]}""";
    }
}
