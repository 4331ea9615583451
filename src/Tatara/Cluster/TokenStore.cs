using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tatara.Configuration;

namespace Tatara.Cluster;

/// <summary>What a token is good for.</summary>
internal sealed record TokenGrant(IReadOnlyList<string> Roles, DateTimeOffset Expires, string? Name = null, string? Address = null);

/// <summary>
/// The tokens that were given out, a file each, named by the hash of its secret: who reads the folder can use none of them.
/// </summary>
internal sealed class TokenStore(string directory, TimeProvider time)
{
    /// <summary>How long it is remembered that a token was used or ended, so that this can be said.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromDays(7);

    /// <returns>The secret.</returns>
    public string Create(TokenGrant grant)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in Directory.GetFiles(directory))
            if (time.GetUtcNow() - File.GetLastWriteTimeUtc(file) > Memory && Read(file).Expires < time.GetUtcNow()) File.Delete(file);
        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        AtomicFile.Write(Unused(secret), JsonSerializer.Serialize(grant, TokenJson.Default.TokenGrant), secret: true);
        return secret;
    }

    /// <summary>Uses it up: whoever comes second with the same secret gets nothing.</summary>
    /// <exception cref="SetupException">It is not, or no longer, good for anything.</exception>
    public TokenGrant Take(string secret)
    {
        try
        {
            File.Move(Unused(secret), Used(secret));
        }
        catch (FileNotFoundException)
        {
            throw File.Exists(Used(secret))
                ? new SetupException("This token was used already: each lets one host join.", "Make another one on the founding host: tatara token create --role …")
                : new SetupException("The authority does not know this token.", "Copy the whole of it, or make another one on the founding host: tatara token create --role …");
        }
        var grant = Read(Used(secret));
        if (grant.Expires > time.GetUtcNow()) return grant;
        GiveBack(secret);
        throw new SetupException($"This token ended on {grant.Expires:yyyy-MM-dd HH:mm} UTC.", "Make another one on the founding host: tatara token create --role …");
    }

    /// <summary>It led to nothing and may be used after all.</summary>
    public void GiveBack(string secret) => File.Move(Used(secret), Unused(secret));

    private static TokenGrant Read(string file) => JsonSerializer.Deserialize(File.ReadAllText(file), TokenJson.Default.TokenGrant)!;

    private string Unused(string secret) => Path.Combine(directory, Hash(secret) + ".json");

    private string Used(string secret) => Path.Combine(directory, Hash(secret) + ".used");

    private static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TokenGrant))]
internal sealed partial class TokenJson : JsonSerializerContext;
