namespace Tatara.Uaa;

/// <summary>A program that asks for tokens, in its own name or in a user's.</summary>
public sealed record OAuthClient
{
    /// <summary>The client's id.</summary>
    public required string Id { get; init; }

    /// <summary>Its secret; empty for a program that anybody can read, such as the cf command line.</summary>
    public string Secret { get; init; } = "";

    /// <summary>What it may ask for: password, refresh_token, client_credentials.</summary>
    public required IReadOnlyList<string> GrantTypes { get; init; }

    /// <summary>Scopes it may receive for a user; the user must have them too.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Scopes it has in its own name.</summary>
    public IReadOnlyList<string> Authorities { get; init; } = [];

    /// <summary>How long an access token is good. Other components check tokens without asking here, so this is also how long a deleted user goes on.</summary>
    public TimeSpan AccessTokenValidity { get; init; } = TimeSpan.FromHours(12);

    /// <summary>How long a user stays logged in.</summary>
    public TimeSpan RefreshTokenValidity { get; init; } = TimeSpan.FromDays(30);

    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Id)) throw new ArgumentException("An OAuth client needs an id.");
        if (GrantTypes.Count == 0) throw new ArgumentException($"The OAuth client '{Id}' needs a grant type.");
        foreach (var type in GrantTypes)
            if (!Tokens.GrantTypes.All.Contains(type)) throw new ArgumentException($"The OAuth client '{Id}' has the unknown grant type '{type}'.");
        if (GrantTypes.Contains(Tokens.GrantTypes.ClientCredentials) && Secret.Length == 0)
            throw new ArgumentException($"The OAuth client '{Id}' may act in its own name, so it needs a secret.");
        if (AccessTokenValidity < TimeSpan.FromMinutes(1) || RefreshTokenValidity < TimeSpan.FromMinutes(1))
            throw new ArgumentException($"Tokens of the OAuth client '{Id}' must be good for at least a minute.");
    }
}
