using System.Text.Json.Serialization;

namespace Tatara.MessageBus;

/// <summary>The body of CONNECT.</summary>
internal sealed record ConnectOptions(
    bool Verbose, bool Pedantic, bool TlsRequired, string Name, string Lang, string Version,
    int Protocol, bool Headers, bool NoResponders, string? User, string? Pass);

/// <summary>What is of use in the body of INFO.</summary>
internal sealed record ServerInfo(int MaxPayload, bool TlsRequired, bool TlsAvailable);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ConnectOptions))]
[JsonSerializable(typeof(ServerInfo))]
internal sealed partial class NatsJson : JsonSerializerContext;
