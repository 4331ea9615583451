using System.Text.Json;
using System.Text.Json.Nodes;
using Tatara.CloudController.Apps;

namespace Tatara.CloudController.Events;

/// <summary>Keeps secrets out of audit events.</summary>
internal static class Redaction
{
    public const string Hidden = "[PRIVATE DATA HIDDEN]";

    /// <summary>A copy without those fields and without the logins in its buildpacks' URLs.</summary>
    public static JsonNode Hide(JsonElement request, params string[] fields)
    {
        var copy = JsonObject.Create(request)!;
        foreach (var field in fields.Where(copy.ContainsKey)) copy[field] = Hidden;
        if (copy["lifecycle"] is JsonObject lifecycle && lifecycle["data"] is JsonObject data) HideLogins(data["buildpacks"]);
        return copy;
    }

    /// <param name="buildpacks">A list of names and URLs; changed in place.</param>
    public static void HideLogins(JsonNode? buildpacks)
    {
        if (buildpacks is not JsonArray list) return;
        for (var i = 0; i < list.Count; i++)
            if (list[i]?.GetValueKind() == JsonValueKind.String) list[i] = BuildpackNames.HideCredentials(list[i]!.GetValue<string>());
    }
}
