namespace Tatara.Uaa.Tokens;

/// <summary>What POST /oauth/token answers.</summary>
/// <param name="ExpiresIn">Seconds.</param>
/// <param name="Scope">Separated by spaces.</param>
internal sealed record TokenResponse(string AccessToken, string TokenType, string? RefreshToken, long ExpiresIn, string Scope, string Jti);
