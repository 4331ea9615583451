using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tatara.Configuration;

/// <summary>What only this installation knows, made once and kept readable by its owner alone.</summary>
internal sealed record Secrets
{
    public required string AdminPassword { get; init; }
    public required string BusPassword { get; init; }
    public required string BulkPassword { get; init; }
    public required string BlobSigningKey { get; init; }

    /// <summary>What routers sign requests to route services with.</summary>
    [JsonIgnore]
    public string RouteServiceSecret => Convert.ToHexStringLower(
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(BlobSigningKey), 32, info: "route services"u8.ToArray()));

    public static Secrets LoadOrCreate(string path)
    {
        if (File.Exists(path))
        {
            try
            {
                return JsonSerializer.Deserialize(File.ReadAllText(path), SecretsJson.Default.Secrets)!;
            }
            catch (JsonException e)
            {
                throw new SetupException($"{path} cannot be read: {e.Message}", "Restore it from a backup. Without it the platform's parts do not know each other.");
            }
        }
        var secrets = new Secrets { AdminPassword = New(12), BusPassword = New(24), BulkPassword = New(24), BlobSigningKey = New(32) };
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, JsonSerializer.Serialize(secrets, SecretsJson.Default.Secrets), secret: true);
        return secrets;
    }

    private static string New(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Secrets))]
internal sealed partial class SecretsJson : JsonSerializerContext;
