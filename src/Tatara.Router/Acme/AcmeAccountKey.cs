using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Tatara.Router.Acme;

/// <summary>The key that an account is known by: it signs every request (ES256) and every proof.</summary>
internal sealed class AcmeAccountKey : IDisposable
{
    private readonly ECDsa _key;

    private AcmeAccountKey(ECDsa key) => _key = key;

    public AcmeKey Public
    {
        get
        {
            var point = _key.ExportParameters(includePrivateParameters: false).Q;
            return new AcmeKey("P-256", "EC", Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        }
    }

    /// <summary>The one in the file, or a new one that is kept there.</summary>
    public static AcmeAccountKey LoadOrCreate(string file)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            if (File.Exists(file)) key.ImportFromPem(File.ReadAllText(file));
            else SecretFile.Write(file, key.ExportPkcs8PrivateKeyPem() + "\n");
            return new AcmeAccountKey(key);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new AcmeException($"{file} is not the account's key: {e.Message} Remove it to begin with a new account.", null, e);
        }
    }

    /// <summary>Shows that this account is behind a challenge (RFC 8555, 8.1).</summary>
    public string ProofOf(string token) =>
        $"{token}.{Base64Url.EncodeToString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Public, AcmeJson.Default.AcmeKey)))}";

    public AcmeSigned Sign(AcmeProtected header, ReadOnlySpan<byte> payload)
    {
        var (head, body) = (Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(header, AcmeJson.Default.AcmeProtected)), Base64Url.EncodeToString(payload));
        var signature = _key.SignData(Encoding.ASCII.GetBytes($"{head}.{body}"), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return new AcmeSigned(head, body, Base64Url.EncodeToString(signature));
    }

    public void Dispose() => _key.Dispose();
}
