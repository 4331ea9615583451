namespace Tatara.CloudController.Blobs;

/// <summary>The rules of a key: parts of [A-Za-z0-9._-] joined by slashes, none beginning with a dot.</summary>
internal static class BlobKey
{
    private const int MaxLength = 512;

    public static bool IsValid(string key) =>
        key.Length is > 0 and <= MaxLength && key.Split('/').All(IsValidPart);

    public static string Validate(string key) =>
        IsValid(key) ? key : throw new ArgumentException($"'{key}' is not a blob key.", nameof(key));

    /// <summary>A name as a part of a key; what a key cannot hold becomes "_".</summary>
    public static string SafePart(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c == '-' ? c : '_'));

    private static bool IsValidPart(string part) =>
        part.Length > 0 && part[0] != '.' && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
