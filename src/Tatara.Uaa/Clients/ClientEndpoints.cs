using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tatara.Uaa.Errors;
using Tatara.Uaa.Tokens;

namespace Tatara.Uaa.Clients;

internal static class ClientEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/oauth/clients/{id}", GetAsync);

    private static async Task<IResult> GetAsync(string id, HttpContext context, CallerReader callers, ClientRegistry clients)
    {
        await callers.RequireScopeAsync(context, "clients.read", "clients.admin", "uaa.admin");
        var client = clients.Find(id) ?? throw UaaException.NotFound("not_found", $"No client with requested id: {id}");
        return Results.Json(ClientResponse.Of(client), UaaJson.Default.ClientResponse);
    }
}

/// <summary>A client as the API shows it: all but the secret.</summary>
internal sealed record ClientResponse(
    string ClientId,
    IReadOnlyList<string> Scope,
    IReadOnlyList<string> ResourceIds,
    IReadOnlyList<string> AuthorizedGrantTypes,
    IReadOnlyList<string> Authorities,
    IReadOnlyList<string> Autoapprove,
    long AccessTokenValidity,
    long RefreshTokenValidity)
{
    public static ClientResponse Of(OAuthClient client) => new(
        client.Id, client.Scopes, ["none"], client.GrantTypes, client.Authorities, [],
        (long)client.AccessTokenValidity.TotalSeconds, (long)client.RefreshTokenValidity.TotalSeconds);
}
