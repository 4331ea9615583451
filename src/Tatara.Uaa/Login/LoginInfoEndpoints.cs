using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Tatara.Uaa.Login;

/// <summary>What a program must ask its user for.</summary>
internal static class LoginInfoEndpoints
{
    /// <summary>The UAA whose API this is; clients compare it.</summary>
    private const string ApiVersion = "77.30.0";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/login", Answer);
        routes.MapGet("/info", Answer);
        routes.MapGet("/healthz", () => "ok\n");
    }

    private static IResult Answer(UaaUrls urls) => Results.Json(
        new LoginInfo(
            new AppInfo(ApiVersion),
            new LoginLinks(urls.Uaa, urls.Login),
            "uaa",
            urls.Login,
            "tatara",
            new Prompts(["text", "Email"], ["password", "Password"]),
            new Dictionary<string, string>()),
        UaaJson.Default.LoginInfo);
}

/// <summary>UAA's answer to GET /login and GET /info.</summary>
/// <param name="Prompts">Each prompt's kind and text.</param>
internal sealed record LoginInfo(
    AppInfo App,
    LoginLinks Links,
    string ZoneName,
    [property: JsonPropertyName("entityID")] string EntityId,
    string CommitId,
    Prompts Prompts,
    [property: JsonPropertyName("idpDefinitions")] IReadOnlyDictionary<string, string> IdpDefinitions);

internal sealed record AppInfo(string Version);

internal sealed record LoginLinks(string Uaa, string Login);

internal sealed record Prompts(IReadOnlyList<string> Username, IReadOnlyList<string> Password);
