using System.Globalization;
using System.Text.Json;
using Tatara.LogCache.Store;

namespace Tatara.LogCache.Reading;

/// <summary>Writes envelopes as log-cache's gateway does: protobuf's JSON with the original field names and empty fields shown.</summary>
internal static class EnvelopeWriter
{
    public static void WriteBatch(Utf8JsonWriter json, string sourceId, IReadOnlyList<LogEnvelope> lines)
    {
        json.WriteStartObject();
        json.WriteStartObject("envelopes");
        json.WriteStartArray("batch");
        foreach (var line in lines) WriteLog(json, sourceId, line);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteLog(Utf8JsonWriter json, string sourceId, LogEnvelope line)
    {
        json.WriteStartObject();
        json.WriteString("timestamp", line.Timestamp.ToString(CultureInfo.InvariantCulture));
        json.WriteString("source_id", sourceId);
        json.WriteString("instance_id", line.InstanceId);
        json.WriteStartObject("deprecated_tags");
        json.WriteEndObject();
        json.WriteStartObject("tags");
        json.WriteString("app_id", sourceId);
        json.WriteString("instance_id", line.InstanceId);
        json.WriteString("source_type", line.SourceType);
        json.WriteEndObject();
        json.WriteStartObject("log");
        json.WriteBase64String("payload", line.Payload.Span);
        json.WriteString("type", line.IsError ? "ERR" : "OUT");
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
