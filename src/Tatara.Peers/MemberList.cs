using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tatara.Peers;

/// <summary>A host of the platform.</summary>
/// <param name="Network">The part of the containers' network that is this host's, when it runs a DEA.</param>
/// <param name="Dea">Id of its DEA; null: the usual one of its name.</param>
/// <param name="Pin">SHA-256 of its public key, as nats-server pins certificates.</param>
/// <param name="RemovedAt">Since when it is one no longer. Its name is never given again: certificates of that name may still be about.</param>
public sealed record Member(string Name, string Address, IReadOnlyList<string> Roles, string? Network = null, string? Dea = null, string? Pin = null, DateTimeOffset? RemovedAt = null)
{
    /// <summary>What Cloud Controller and Health Manager know its DEA by.</summary>
    [JsonIgnore]
    public string DeaId => Dea ?? UsualDeaId(Name);

    /// <summary>That of a host that was not given another.</summary>
    public static string UsualDeaId(string host) => $"{PeerRole.Dea}-{host}";
}

/// <summary>Who belongs to the platform. The authority keeps it; every host has a copy.</summary>
public sealed record MemberList(IReadOnlyList<Member> Members)
{
    private readonly FrozenSet<PeerName> _names =
        Members.Where(m => m.RemovedAt is null).SelectMany(m => m.Roles.Select(role => new PeerName(m.Name, role))).ToFrozenSet();

    /// <summary>The present ones.</summary>
    [JsonIgnore]
    public IEnumerable<Member> Present => Members.Where(m => m.RemovedAt is null);

    /// <summary>Where nobody of the platform is any more. An address may have been given to another host since.</summary>
    [JsonIgnore]
    public FrozenSet<string> RemovedAddresses { get; } = Members.Where(m => m.RemovedAt is not null).Select(m => m.Address)
        .Except(Members.Where(m => m.RemovedAt is null).Select(m => m.Address), StringComparer.Ordinal).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether it is one now, in that role.</summary>
    public bool Has(PeerName name) => _names.Contains(name);

    /// <summary>Where the hosts of a role are.</summary>
    public IEnumerable<string> AddressesOf(string role) => Present.Where(m => m.Roles.Contains(role)).Select(m => m.Address);

    /// <summary>Reads the file.</summary>
    public static MemberList Read(string file) => Parse(File.ReadAllText(file));

    /// <exception cref="JsonException">It is no such list.</exception>
    public static MemberList Parse(string text) => JsonSerializer.Deserialize(text, MemberJson.Default.MemberList) ?? throw new JsonException("There is no list of members.");

    /// <summary>As it stands in the file.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, MemberJson.Default.MemberList);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MemberList))]
internal sealed partial class MemberJson : JsonSerializerContext;
