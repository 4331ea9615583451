using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tatara.CloudController.Blobs;

/// <summary>
/// URLs that are their own permission: whoever holds one may use its method on its path until it expires.
/// DEAs get them in messages, so they need no credentials.
/// </summary>
internal sealed class SignedUrls
{
    private const int MinKeyBytes = 16;

    private readonly byte[] _key;
    private readonly Func<Uri> _base;
    private readonly TimeProvider _time;

    /// <param name="signingKey">Secret; the same for every Cloud Controller of an installation.</param>
    /// <param name="baseUrl">How the reader reaches this Cloud Controller; asked each time, because the port may be known only once it listens.</param>
    public SignedUrls(string signingKey, Func<Uri> baseUrl, TimeProvider time)
    {
        _key = Encoding.UTF8.GetBytes(signingKey);
        if (_key.Length < MinKeyBytes) throw new ArgumentException($"The blob signing key needs at least {MinKeyBytes} bytes.", nameof(signingKey));
        _base = baseUrl;
        _time = time;
    }

    /// <summary>A URL for the method and path that works for as long as stated.</summary>
    public string Create(string method, string path, TimeSpan validFor)
    {
        var expires = _time.GetUtcNow().Add(validFor).ToUnixTimeSeconds();
        var signature = Convert.ToHexStringLower(Sign(method, path, expires));
        return new Uri(_base(), $"{path}?expires={expires.ToString(CultureInfo.InvariantCulture)}&signature={signature}").AbsoluteUri;
    }

    public bool IsValid(string method, string path, string? expires, string? signature)
    {
        if (!long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var until)) return false;
        if (signature is not { Length: 2 * HMACSHA256.HashSizeInBytes }) return false;
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (Convert.FromHexString(signature, given, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        return CryptographicOperations.FixedTimeEquals(given, Sign(method, path, until))
            && _time.GetUtcNow().ToUnixTimeSeconds() <= until;
    }

    private byte[] Sign(string method, string path, long expires) =>
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{method}\n{path}\n{expires}")));
}
