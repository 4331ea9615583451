using System.Text.Json;

namespace Tatara.HealthManager.Actual;

/// <summary>A heartbeat that was not parsed.</summary>
internal static class HeartbeatBody
{
    /// <summary>The DEA that it begins with; null when it begins otherwise, and has to be parsed.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static string? DeaOf(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject
            && reader.Read() && reader.ValueTextEquals("dea"u8)
            && reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
    }
}
