using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tatara.Peers;

namespace Tatara.Configuration;

/// <summary>What only this installation knows, made once and kept readable by its owner alone. What a file of an earlier version lacks is empty.</summary>
/// <param name="StatusPassword">For whoever looks at the numbers of the roles, and at nothing else.</param>
/// <param name="RouteServices">What routers sign requests to route services with; null: it follows from the signing key. A host of routers alone is told nothing else.</param>
internal sealed record Secrets(
    string AdminPassword = "",
    string BusPassword = "",
    string BulkPassword = "",
    string BlobSigningKey = "",
    string StatusPassword = "",
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RouteServices = null)
{
    [JsonIgnore]
    public string RouteServiceSecret => RouteServices ?? Convert.ToHexStringLower(
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(BlobSigningKey), 32, info: "route services"u8.ToArray()));

    /// <summary>What a host needs for the roles it has. A DEA needs but that of its status: its certificate is enough.</summary>
    public Secrets For(IReadOnlyCollection<string> roles) => new()
    {
        AdminPassword = roles.Contains(PeerRole.Uaa) ? AdminPassword : "",
        BusPassword = roles.Contains(PeerRole.Bus) ? BusPassword : "",
        BulkPassword = roles.Contains(PeerRole.CloudController) || roles.Contains(PeerRole.HealthManager) ? BulkPassword : "",
        BlobSigningKey = roles.Contains(PeerRole.CloudController) ? BlobSigningKey : "",
        StatusPassword = StatusPassword,
        RouteServices = roles.Contains(PeerRole.Router) ? RouteServiceSecret : null,
    };

    public void Write(string path) => AtomicFile.Write(path, JsonSerializer.Serialize(this, SecretsJson.Default.Secrets), secret: true);

    public static Secrets LoadOrCreate(string path)
    {
        if (File.Exists(path))
        {
            try
            {
                var known = JsonSerializer.Deserialize(File.ReadAllText(path), SecretsJson.Default.Secrets) ?? throw new JsonException("It is empty.");
                return known.StatusPassword.Length > 0 ? known : known.WithStatusPassword(path);
            }
            catch (JsonException e)
            {
                throw new SetupException($"{path} cannot be read: {e.Message}", "Restore it from a backup. Without it the platform's parts do not know each other.");
            }
        }
        var secrets = new Secrets { AdminPassword = New(12), BusPassword = New(24), BulkPassword = New(24), BlobSigningKey = New(32), StatusPassword = New(12) };
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        secrets.Write(path);
        return secrets;
    }

    /// <summary>Platforms of an earlier version have none.</summary>
    private Secrets WithStatusPassword(string path)
    {
        var secrets = this with { StatusPassword = New(12) };
        secrets.Write(path);
        return secrets;
    }

    private static string New(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Secrets))]
internal sealed partial class SecretsJson : JsonSerializerContext;
