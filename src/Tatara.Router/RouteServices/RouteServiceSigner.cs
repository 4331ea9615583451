using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Tatara.Router.RouteServices;

/// <summary>What a signature turned out to be.</summary>
internal enum SignatureState
{
    Valid,
    Expired,
    Invalid,
}

/// <summary>
/// Makes and checks X-CF-Proxy-Signature, as gorouter does: AES-GCM over the address that was asked for and the time,
/// with the nonce in X-CF-Proxy-Metadata. Whoever lacks the secret can neither read nor make one.
/// </summary>
internal sealed class RouteServiceSigner(RouteServiceOptions options, TimeProvider time)
{
    private const int KeyBytes = 16;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>gorouter's, so that routers of both kinds believe each other.</summary>
    private const int Iterations = 100_001;

    private readonly byte[] _key = KeyOf(options.Secret);
    private readonly byte[]? _previousKey = options.PreviousSecret is null ? null : KeyOf(options.PreviousSecret);

    public (string Signature, string Metadata) Sign(string forwardedUrl)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(new SignatureContents(forwardedUrl, time.GetUtcNow()), SignatureJson.Default.SignatureContents);
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var sealedText = new byte[text.Length + TagBytes];
        using var gcm = new AesGcm(_key, TagBytes);
        gcm.Encrypt(nonce, text, sealedText.AsSpan(0, text.Length), sealedText.AsSpan(text.Length));
        return (ToText(sealedText), ToText(JsonSerializer.SerializeToUtf8Bytes(new SignatureMetadata(nonce), SignatureJson.Default.SignatureMetadata)));
    }

    /// <param name="forwardedUrl">What the request was for when it first came; empty unless the signature is valid.</param>
    public SignatureState Verify(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> metadata, out string forwardedUrl)
    {
        forwardedUrl = "";
        if (TryOpen(signature, metadata) is not { } contents) return SignatureState.Invalid;
        if (time.GetUtcNow() - contents.RequestedTime > options.Timeout) return SignatureState.Expired;
        forwardedUrl = contents.ForwardedUrl;
        return SignatureState.Valid;
    }

    private SignatureContents? TryOpen(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> metadata)
    {
        try
        {
            var nonce = JsonSerializer.Deserialize(FromText(metadata), SignatureJson.Default.SignatureMetadata)?.Nonce;
            var sealedText = FromText(signature);
            if (nonce is not { Length: NonceBytes } || sealedText.Length < TagBytes) return null;
            var text = TryDecrypt(_key, nonce, sealedText) ?? (_previousKey is null ? null : TryDecrypt(_previousKey, nonce, sealedText));
            return text is null ? null : JsonSerializer.Deserialize(text, SignatureJson.Default.SignatureContents);
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    private static byte[]? TryDecrypt(byte[] key, byte[] nonce, byte[] sealedText)
    {
        var text = new byte[sealedText.Length - TagBytes];
        using var gcm = new AesGcm(key, TagBytes);
        try
        {
            gcm.Decrypt(nonce, sealedText.AsSpan(0, text.Length), sealedText.AsSpan(text.Length), text);
            return text;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static byte[] KeyOf(string secret) => Rfc2898DeriveBytes.Pbkdf2(secret, ReadOnlySpan<byte>.Empty, Iterations, HashAlgorithmName.SHA256, KeyBytes);

    /// <summary>Base64 of the URL kind, with its padding.</summary>
    private static string ToText(byte[] bytes) => Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_');

    private static byte[] FromText(ReadOnlySpan<byte> text) => Convert.FromBase64String(Encoding.ASCII.GetString(text).Replace('-', '+').Replace('_', '/'));
}
