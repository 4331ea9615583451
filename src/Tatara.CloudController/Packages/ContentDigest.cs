using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tatara.CloudController.Packages;

/// <summary>
/// One hash over all that an app consists of: paths, kinds, modes and contents. Two packages with the same one hold the same app,
/// however they were packed; times are left out, because a checkout sets them anew.
/// </summary>
internal static class ContentDigest
{
    public static string Of(IEnumerable<PackageEntry> entries)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in entries.OrderBy(e => e.Path, StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"{entry.Kind} {entry.Mode} {entry.Size} {entry.Sha1} {entry.Path}\n")));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
