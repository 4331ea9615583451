using System.Text.Json.Serialization;

namespace Tatara.MessageBus;

/// <summary>The body of CONNECT.</summary>
internal sealed record ConnectOptions(
    bool Verbose, bool Pedantic, bool TlsRequired, string Name, string Lang, string Version,
    int Protocol, bool Headers, bool NoResponders, string? User, string? Pass);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ConnectOptions))]
internal sealed partial class NatsJson : JsonSerializerContext;
