using System.Text.Json.Serialization;
using Tatara.Configuration;
using Tatara.Peers;

namespace Tatara.Cluster;

/// <summary>What a host shows to be let in.</summary>
/// <param name="Secret">Of the token.</param>
/// <param name="Name">What it would like to be called.</param>
/// <param name="Request">PEM: a certificate request. Only its key is taken, after its signature has proved that the host has it.</param>
internal sealed record JoinRequest(string Secret, string Name, string Request);

/// <summary>What a host is told when it joins: who it is now, who the others are, and what its roles have to know.</summary>
internal sealed record JoinAnswer
{
    public required Member Member { get; init; }
    public required string Domain { get; init; }
    public required string TcpPorts { get; init; }
    public required int ExternalHttpsPort { get; init; }
    public required int PortsFrom { get; init; }

    /// <summary>PEM by role.</summary>
    public IReadOnlyDictionary<string, string> Certificates { get; init; } = new Dictionary<string, string>();

    public MemberList Members { get; init; } = new([]);

    /// <summary>Those that its roles need.</summary>
    public Secrets Secrets { get; init; } = new();

    /// <summary>What users trust the platform by: name of the file below the folder of certificates, and its text. With their keys for routers only.</summary>
    public IReadOnlyDictionary<string, string> UserTls { get; init; } = new Dictionary<string, string>();

    /// <summary>The file that names the database, when its roles need one.</summary>
    public string? Database { get; init; }

    /// <summary>The file that names the bucket, when its roles need one.</summary>
    public string? Blobstore { get; init; }
}

/// <summary>A host asks for its next certificates.</summary>
internal sealed record RenewRequest(string Request);

/// <summary>What a host has from now on.</summary>
/// <param name="Certificates">PEM by role.</param>
/// <param name="UserTls">As in <see cref="JoinAnswer"/>; null: an authority of the version before.</param>
internal sealed record RenewAnswer(IReadOnlyDictionary<string, string> Certificates, IReadOnlyDictionary<string, string>? UserTls = null);

/// <summary>Why somebody was turned away, and what to do about it.</summary>
internal sealed record Refusal(string Problem, string Advice);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinAnswer))]
[JsonSerializable(typeof(RenewRequest))]
[JsonSerializable(typeof(RenewAnswer))]
[JsonSerializable(typeof(Refusal))]
internal sealed partial class JoinJson : JsonSerializerContext;
