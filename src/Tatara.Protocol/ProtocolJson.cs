using System.Text.Json.Serialization;

namespace Tatara.Protocol;

/// <summary>
/// How every bus message is written: snake_case, nulls left out, unknown fields ignored, no reflection. A message that lacks
/// a field without a default, or has null there, does not parse.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(EmptyMessage))]
[JsonSerializable(typeof(RouterRegistration))]
[JsonSerializable(typeof(RouterGreeting))]
[JsonSerializable(typeof(DeaAdvertisement))]
[JsonSerializable(typeof(DeaHello))]
[JsonSerializable(typeof(DeaSilent))]
[JsonSerializable(typeof(DeaStatus))]
[JsonSerializable(typeof(DeaStartMessage))]
[JsonSerializable(typeof(DeaStopMessage))]
[JsonSerializable(typeof(DeaUpdateMessage))]
[JsonSerializable(typeof(FindDropletRequest))]
[JsonSerializable(typeof(FindDropletResponse))]
[JsonSerializable(typeof(DeaHeartbeat))]
[JsonSerializable(typeof(DropletExited))]
[JsonSerializable(typeof(DrainRequest))]
[JsonSerializable(typeof(DrainProgress))]
[JsonSerializable(typeof(StagingStartMessage))]
[JsonSerializable(typeof(StagingReply))]
[JsonSerializable(typeof(StagingStopMessage))]
[JsonSerializable(typeof(DropletUpdated))]
[JsonSerializable(typeof(HmStart))]
[JsonSerializable(typeof(HmStop))]
[JsonSerializable(typeof(AppStateRequest))]
[JsonSerializable(typeof(AppStateResponse))]
[JsonSerializable(typeof(BulkAppsPage))]
[JsonSerializable(typeof(LeaseRequest))]
[JsonSerializable(typeof(LeaseAnswer))]
[JsonSerializable(typeof(NetworkRulesRequest))]
[JsonSerializable(typeof(NetworkRules))]
[JsonSerializable(typeof(ContainerAddresses))]
[JsonSerializable(typeof(ComponentAnnouncement))]
[JsonSerializable(typeof(LogBatch))]
[JsonSerializable(typeof(LogBatchAck))]
public sealed partial class ProtocolJson : JsonSerializerContext;
