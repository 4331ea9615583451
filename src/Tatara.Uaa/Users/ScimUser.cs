namespace Tatara.Uaa.Users;

/// <summary>A user as SCIM writes one, in requests and in answers.</summary>
internal sealed record ScimUser(
    string? Id = null,
    string? ExternalId = null,
    ScimMeta? Meta = null,
    string? UserName = null,
    ScimName? Name = null,
    IReadOnlyList<ScimEmail>? Emails = null,
    IReadOnlyList<ScimGroupReference>? Groups = null,
    IReadOnlyList<object>? Approvals = null,
    IReadOnlyList<object>? PhoneNumbers = null,
    bool? Active = null,
    bool? Verified = null,
    string? Origin = null,
    string? ZoneId = null,
    DateTimeOffset? PasswordLastModified = null,
    string? Password = null,
    IReadOnlyList<string>? Schemas = null)
{
    public static IReadOnlyList<string> CoreSchema { get; } = ["urn:scim:schemas:core:1.0"];

    public static ScimUser Of(User user) => new(
        Id: user.Id,
        ExternalId: user.ExternalId,
        Meta: new ScimMeta(user.Version, user.CreatedAt, user.UpdatedAt),
        UserName: user.UserName,
        Name: new ScimName(user.FamilyName, user.GivenName),
        Emails: [new ScimEmail(user.Email, Primary: false)],
        Groups: [.. user.Memberships.Select(m => new ScimGroupReference(m.GroupId, m.Group!.DisplayName, "DIRECT")).OrderBy(g => g.Display, StringComparer.Ordinal)],
        Approvals: [],
        PhoneNumbers: [],
        Active: user.Active,
        Verified: user.Verified,
        Origin: user.Origin,
        ZoneId: "uaa",
        PasswordLastModified: user.PasswordChangedAt,
        Schemas: CoreSchema);
}

internal sealed record ScimMeta(int Version, DateTimeOffset Created, DateTimeOffset LastModified);

internal sealed record ScimName(string? FamilyName, string? GivenName);

internal sealed record ScimEmail(string? Value, bool Primary = false);

internal sealed record ScimGroupReference(string Value, string Display, string Type);

/// <summary>A page of a list.</summary>
internal sealed record ScimPage<T>(IReadOnlyList<T> Resources, int StartIndex, int ItemsPerPage, int TotalResults, IReadOnlyList<string> Schemas);

/// <summary>PUT /Users/ID/password.</summary>
internal sealed record PasswordChange(string? OldPassword, string? Password);

/// <summary>An answer that only says what was done.</summary>
internal sealed record StatusResponse(string Status, string Message);
