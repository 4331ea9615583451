namespace Tatara.Uaa.Tokens;

/// <summary>Ways to get a token.</summary>
internal static class GrantTypes
{
    public const string Password = "password";
    public const string RefreshToken = "refresh_token";
    public const string ClientCredentials = "client_credentials";

    public static IReadOnlyList<string> All { get; } = [Password, RefreshToken, ClientCredentials];
}
