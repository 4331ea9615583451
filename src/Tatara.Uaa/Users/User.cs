using Tatara.Uaa.Groups;

namespace Tatara.Uaa.Users;

/// <summary>Somebody who can have a token.</summary>
internal sealed class User
{
    /// <summary>Users that log in with a password kept here.</summary>
    public const string InternalOrigin = "uaa";

    public required string Id { get; init; }

    public required string UserName { get; set; }

    /// <summary>The name as it is compared: case does not matter.</summary>
    public required string UserNameKey { get; set; }

    /// <summary>Who vouches for the user: uaa, or the key of another identity provider.</summary>
    public required string Origin { get; init; }

    /// <summary>Null: cannot log in with a password.</summary>
    public string? PasswordHash { get; set; }

    public required string Email { get; set; }

    public string? GivenName { get; set; }

    public string? FamilyName { get; set; }

    public string? ExternalId { get; set; }

    public bool Active { get; set; } = true;

    public bool Verified { get; set; } = true;

    /// <summary>Part of every token's revocation signature: a new value makes all tokens of the user worthless here.</summary>
    public required string Salt { get; set; }

    public int Version { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public required DateTimeOffset PasswordChangedAt { get; set; }

    public List<Membership> Memberships { get; } = [];

    public IEnumerable<string> Scopes => Memberships.Select(m => m.Group!.DisplayName);

    public static string KeyOf(string userName) => userName.ToLowerInvariant();

    public static string NewSalt() => Guid.NewGuid().ToString("N");
}
