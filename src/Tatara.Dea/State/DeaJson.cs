using System.Text.Json.Serialization;
using Tatara.Dea.Instances;
using Tatara.Dea.Logs;
using Tatara.Dea.Staging;

namespace Tatara.Dea.State;

/// <summary>How the DEA's own files are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(InstanceRecord))]
[JsonSerializable(typeof(PortHistory))]
[JsonSerializable(typeof(LogPosition))]
[JsonSerializable(typeof(StagingRecord))]
[JsonSerializable(typeof(string))]
internal sealed partial class DeaJson : JsonSerializerContext;
