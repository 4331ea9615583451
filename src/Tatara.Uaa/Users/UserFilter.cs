using System.Linq.Expressions;

namespace Tatara.Uaa.Users;

/// <summary>What users can be searched by.</summary>
internal static class UserFilter
{
    public static IReadOnlyDictionary<string, Expression<Func<User, object?>>> Attributes { get; } = new Dictionary<string, Expression<Func<User, object?>>>
    {
        ["id"] = u => u.Id,
        ["username"] = u => u.UserNameKey,
        ["email"] = u => u.Email,
        ["emails.value"] = u => u.Email,
        ["givenname"] = u => u.GivenName,
        ["name.givenname"] = u => u.GivenName,
        ["familyname"] = u => u.FamilyName,
        ["name.familyname"] = u => u.FamilyName,
        ["active"] = u => u.Active,
        ["verified"] = u => u.Verified,
        ["origin"] = u => u.Origin,
        ["externalid"] = u => u.ExternalId,
        ["external_id"] = u => u.ExternalId,
    };
}
