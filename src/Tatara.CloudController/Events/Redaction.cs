using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tatara.CloudController.Events;

/// <summary>Keeps secrets out of audit events.</summary>
internal static class Redaction
{
    public const string Hidden = "[PRIVATE DATA HIDDEN]";

    public static JsonNode Hide(JsonElement request, params string[] fields)
    {
        var copy = JsonObject.Create(request)!;
        foreach (var field in fields.Where(copy.ContainsKey)) copy[field] = Hidden;
        return copy;
    }
}
