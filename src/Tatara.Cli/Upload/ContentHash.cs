using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Tatara.Cli.Upload;

/// <summary>SHA-1 in hex: the API's way to name a file's content.</summary>
[SuppressMessage("Security", "CA5350", Justification = "The API asks for SHA-1; it tells files apart and protects nothing.")]
internal static class ContentHash
{
    public static string Of(Stream content) => Convert.ToHexStringLower(SHA1.HashData(content));

    public static IncrementalHash Start() => IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
}
