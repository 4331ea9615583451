using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Tatara.Uaa.Tokens;

/// <summary>
/// A key that signs tokens. Access tokens carry its RSA signature, which every component checks with the published
/// half. Refresh tokens are for the UAA alone: they carry a MAC whose key is derived from the private half, so no
/// component that trusts the published keys can mistake one for an access token.
/// </summary>
internal sealed class SigningKey
{
    private readonly RSA _rsa;

    private SigningKey(string id, RSA rsa)
    {
        _rsa = rsa;
        Id = id;
        AccessKey = new RsaSecurityKey(rsa) { KeyId = id };
        RefreshKey = new SymmetricSecurityKey(
            HKDF.DeriveKey(HashAlgorithmName.SHA256, rsa.ExportPkcs8PrivateKey(), outputLength: 32, info: "tatara refresh token"u8.ToArray())) { KeyId = id };
        var numbers = rsa.ExportParameters(includePrivateParameters: false);
        Published = new TokenKey("RSA", numbers.Exponent!, "sig", id, SecurityAlgorithms.RsaSha256, rsa.ExportSubjectPublicKeyInfoPem(), numbers.Modulus!);
    }

    public string Id { get; }

    public RsaSecurityKey AccessKey { get; }

    public SymmetricSecurityKey RefreshKey { get; }

    public TokenKey Published { get; }

    public static SigningKey Read(string path)
    {
        try
        {
            return Parse(Path.GetFileNameWithoutExtension(path), File.ReadAllText(path));
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new InvalidOperationException($"{path} is not a private RSA key. Move it away and a new one is made; all users then log in again.", e);
        }
    }

    public static SigningKey Parse(string id, string pem)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            return new SigningKey(id, rsa);
        }
        catch
        {
            rsa.Dispose();
            throw;
        }
    }

    public static SigningKey Create(string id) => new(id, RSA.Create(2048));

    public string ExportPem() => _rsa.ExportPkcs8PrivateKeyPem();

    /// <summary>Makes a key and writes it so that the file is whole or absent, and never readable by others.</summary>
    public static SigningKey Create(string directory, string id)
    {
        var key = Create(id);
        key.Write(directory);
        return key;
    }

    public void Write(string directory)
    {
        var path = Path.Combine(directory, Id + ".pem");
        var unfinished = path + ".new";
        File.Delete(unfinished);
        using (var file = new FileStream(unfinished, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(Encoding.ASCII.GetBytes(ExportPem()));
            file.Flush(flushToDisk: true);
        }
        File.Move(unfinished, path);
    }
}
