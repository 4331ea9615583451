using System.Text.RegularExpressions;
using Tatara.Uaa.Errors;

namespace Tatara.Uaa.Users;

/// <summary>Checks what a request says about a user.</summary>
internal static partial class UserInput
{
    private const int MaxLength = 255;

    public static string UserName(ScimUser input)
    {
        if (string.IsNullOrWhiteSpace(input.UserName)) throw UaaException.InvalidResource("A username must be provided.");
        if (input.UserName.Length > MaxLength) throw UaaException.InvalidResource($"A username must not be longer than {MaxLength} characters.");
        return UserNamePattern().IsMatch(input.UserName) ? input.UserName : throw UaaException.InvalidResource("Username must match pattern: [\\p{L}+0-9+\\-_.@'!]+");
    }

    public static string Email(ScimUser input, string userName)
    {
        var email = input.Emails is { Count: > 0 } emails ? (emails.FirstOrDefault(e => e.Primary) ?? emails[0]).Value : userName;
        if (string.IsNullOrWhiteSpace(email)) throw UaaException.InvalidResource("An email must be provided.");
        return Limited(email, "An email")!;
    }

    public static string Origin(ScimUser input) => string.IsNullOrEmpty(input.Origin) ? User.InternalOrigin : Limited(input.Origin, "An origin")!;

    public static string? Limited(string? text, string what) =>
        text is { Length: > MaxLength } ? throw UaaException.InvalidResource($"{what} must not be longer than {MaxLength} characters.") : text;

    public static string Password(string? password) => password switch
    {
        null or "" => throw InvalidPassword("Password must be provided."),
        { Length: > Passwords.MaxLength } => throw InvalidPassword($"Password must be no more than {Passwords.MaxLength} characters in length."),
        _ => password,
    };

    private static UaaException InvalidPassword(string description) => new(422, "invalid_password", description);

    [GeneratedRegex(@"^[\p{L}0-9+\-_.@'!]+\z", RegexOptions.NonBacktracking)]
    private static partial Regex UserNamePattern();
}
