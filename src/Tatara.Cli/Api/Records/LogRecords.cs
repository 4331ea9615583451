using System.Text.Json.Serialization;

namespace Tatara.Cli.Api.Records;

internal sealed record LogPage(LogEnvelopes? Envelopes);

internal sealed record LogEnvelopes(IReadOnlyList<LogEnvelope>? Batch);

internal sealed record LogEnvelope(
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)] long Timestamp,
    string? InstanceId,
    IReadOnlyDictionary<string, string>? Tags,
    LogContent? Log);

internal sealed record LogContent(byte[]? Payload, string? Type);
