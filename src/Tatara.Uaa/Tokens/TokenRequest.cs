using Microsoft.AspNetCore.Http;

namespace Tatara.Uaa.Tokens;

/// <summary>A request for a token, its client already known.</summary>
internal sealed class TokenRequest(OAuthClient client, IFormCollection form, string? loginHint)
{
    public OAuthClient Client => client;

    /// <summary>JSON that names the identity provider the user belongs to.</summary>
    public string? LoginHint => loginHint ?? Get("login_hint");

    public string? GrantType => Get("grant_type");

    public IReadOnlyList<string> Scopes => ScopeList.Parse(Get("scope"), ' ');

    public string? Get(string name) => form[name] is [{ Length: > 0 } value] ? value : null;
}

internal static class ScopeList
{
    public static List<string> Parse(string? text, char separator) =>
        [.. (text ?? "").Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)];
}
