using System.Text.Json;
using Tatara.Cli.Configuration;

namespace Tatara.Cli.Api;

/// <summary>Gives a valid access token, and gets a new one when it is about to expire.</summary>
internal sealed class TokenSource(CfConfig config, CfConfigFile file, UaaClient uaa, TimeProvider clock)
{
    private static readonly TimeSpan ExpiryMargin = TimeSpan.FromMinutes(1);

    /// <returns>The Authorization header's value; null when nobody is logged in.</returns>
    public async Task<string?> GetAsync(CancellationToken stop)
    {
        if (config.AccessToken.Length == 0 && config.RefreshToken.Length == 0) return null;
        return AccessToken.TryRead(config.AccessToken) is { } token && token.Expires - clock.GetUtcNow() > ExpiryMargin
            ? config.AccessToken
            : await RefreshAsync(stop);
    }

    /// <summary>Trades the refresh token in, and saves the new tokens at once: the old ones may be gone.</summary>
    public async Task<string> RefreshAsync(CancellationToken stop)
    {
        var tokens = await uaa.RefreshAsync(config.RefreshToken, stop);
        config.AccessToken = $"bearer {tokens.AccessToken}";
        if (!string.IsNullOrEmpty(tokens.RefreshToken)) config.RefreshToken = tokens.RefreshToken;
        file.Save(config);
        return config.AccessToken;
    }
}

/// <summary>What an access token says; nobody's signature is checked here, the server does that.</summary>
internal sealed record AccessToken(string UserName, string UserGuid, string Origin, bool IsClient, DateTimeOffset Expires)
{
    public static AccessToken? TryRead(string headerValue)
    {
        var parts = headerValue.Split(' ')[^1].Split('.');
        if (parts.Length != 3) return null;
        try
        {
            using var claims = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]));
            var root = claims.RootElement;
            var user = Text(root, "user_name");
            var expires = root.TryGetProperty("exp", out var seconds) && seconds.TryGetInt64(out var unix)
                ? DateTimeOffset.FromUnixTimeSeconds(unix)
                : DateTimeOffset.MinValue;
            return user.Length > 0
                ? new AccessToken(user, Text(root, "user_id"), Text(root, "origin"), IsClient: false, expires)
                : new AccessToken(Text(root, "client_id"), Text(root, "client_id"), "", IsClient: true, expires);
        }
        catch (Exception error) when (error is FormatException or JsonException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static string Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
