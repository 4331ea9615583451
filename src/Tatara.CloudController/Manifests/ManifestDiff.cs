using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Tatara.CloudController.Manifests;

/// <summary>One difference between an app and what a manifest says of it, as a step of a JSON patch.</summary>
internal sealed record DiffStep(
    string Op,
    string Path,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonNode? Was,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonNode? Value);

/// <summary>What applying a manifest would change. What it does not mention stays, so it is no difference.</summary>
internal static class ManifestDiff
{
    /// <summary>Lists whose items have a name: they are compared by it, wherever they stand.</summary>
    private static readonly Dictionary<string, string> s_names = new() { ["processes"] = "type", ["routes"] = "route", ["sidecars"] = "name" };

    private static readonly string[] s_sizes = ["memory", "disk-quota", "log-rate-limit-per-second"];

    /// <summary>Keys that only the client or nobody yet acts upon, or that say how routes are made the first time.</summary>
    private static readonly string[] s_silent = ["path", "docker", "services", "lifecycle", "no-route", "random-route", "default-route"];

    /// <param name="existing">The app as a manifest; null when there is none yet.</param>
    /// <param name="stackAliases">Another name of the same stack is no difference.</param>
    public static IEnumerable<DiffStep> Of(int index, ManifestApp wanted, JsonObject? existing, IReadOnlyDictionary<string, string> stackAliases)
    {
        var known = Flatten(existing);
        foreach (var (key, node) in wanted.Source.Fields)
        {
            var name = ManifestFields.Normalize(key);
            if (s_silent.Contains(name) && existing is not null) continue;
            var old = name == "buildpack" ? (known.GetValueOrDefault("buildpacks") as JsonArray)?[0] : known.GetValueOrDefault(name);
            var now = node.ToJson();
            if (name == "stack" && stackAliases.TryGetValue(Text(now), out var stack)) now = JsonValue.Create(stack);
            foreach (var step in Compare($"/applications/{index}/{key}", name, old, now)) yield return step;
        }
    }

    /// <summary>What is said of the web process may also stand at the application itself.</summary>
    private static Dictionary<string, JsonNode?> Flatten(JsonObject? existing)
    {
        var flat = new Dictionary<string, JsonNode?>();
        foreach (var (key, value) in existing ?? []) flat[ManifestFields.Normalize(key)] = value;
        var web = (existing?["processes"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault(p => (string?)p["type"] == "web");
        foreach (var (key, value) in web ?? []) flat.TryAdd(ManifestFields.Normalize(key), value);
        return flat;
    }

    private static IEnumerable<DiffStep> Compare(string path, string key, JsonNode? old, JsonNode? now)
    {
        if (s_sizes.Contains(key)) (old, now) = (Size(old), Size(now));
        return (old, now) switch
        {
            (null, null) => [],
            (null, _) => [new DiffStep("add", path, null, now.DeepClone())],
            (JsonObject a, JsonObject b) => b.SelectMany(f => Compare($"{path}/{Escape(f.Key)}", ManifestFields.Normalize(f.Key), Field(a, f.Key), f.Value)),
            (JsonArray a, JsonArray b) when s_names.TryGetValue(key, out var name) => b.SelectMany((item, i) => Compare($"{path}/{i}", "", Named(a, name, item), item)),
            (JsonArray a, JsonArray b) => CompareLists(path, a, b),
            _ when now is not null && Text(old) == Text(now) => [],
            _ => [new DiffStep("replace", path, old.DeepClone(), now?.DeepClone())],
        };
    }

    private static IEnumerable<DiffStep> CompareLists(string path, JsonArray old, JsonArray now)
    {
        for (var i = 0; i < now.Count; i++)
        {
            foreach (var step in Compare($"{path}/{i}", "", i < old.Count ? old[i] : null, now[i])) yield return step;
        }
        for (var i = now.Count; i < old.Count; i++) yield return new DiffStep("remove", $"{path}/{i}", old[i]?.DeepClone(), null);
    }

    private static JsonNode? Field(JsonObject map, string key) =>
        map.FirstOrDefault(f => ManifestFields.Normalize(f.Key) == ManifestFields.Normalize(key)).Value;

    private static JsonNode? Named(JsonArray list, string name, JsonNode? item) =>
        list.FirstOrDefault(o => Text(o?[name]) == Text((item as JsonObject)?[name]));

    /// <summary>Environment variables are texts, whatever YAML takes them for.</summary>
    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : node?.ToJsonString() ?? "";

    private static JsonNode? Size(JsonNode? node)
    {
        if (node is null || Text(node) is "-1" or "0") return node;
        var (bytes, _) = ByteSize.Parse(Text(node));
        return bytes is null ? node : JsonValue.Create(bytes % (1024 * 1024) == 0 ? $"{bytes / 1024 / 1024}M" : ByteSize.Format(bytes.Value));
    }

    private static string Escape(string key) => key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
