using System.Security.Cryptography;
using System.Text;

namespace Tatara.CloudController.Blobs;

/// <summary>The rules of a key: parts of [A-Za-z0-9._-] joined by slashes, none beginning with a dot.</summary>
internal static class BlobKey
{
    private const int MaxLength = 512;

    public static bool IsValid(string key) =>
        key.Length is > 0 and <= MaxLength && key.Split('/').All(IsValidPart);

    public static string Validate(string key) =>
        IsValid(key) ? key : throw new ArgumentException($"'{key}' is not a blob key.", nameof(key));

    /// <summary>A name as a part of a key; what a key cannot hold becomes "_", and a hash keeps such names apart. One that is safe stays as it is.</summary>
    public static string SafePart(string name)
    {
        var safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
        return safe == name ? name : $"{safe}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..16]}";
    }

    private static bool IsValidPart(string part) =>
        part.Length > 0 && part[0] != '.' && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
