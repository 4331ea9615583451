using System.Text.Json;
using Tatara.Protocol;

namespace Tatara.Dea.Staging;

/// <summary>The environment of a staging: what buildpacks may rely on, and the app's own variables.</summary>
internal static class StagingEnvironment
{
    public static IReadOnlyList<string> Build(StagingProperties properties, string stack, IReadOnlyDictionary<string, string> defaults)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = "/home/vcap",
            ["USER"] = "vcap",
            ["LANG"] = "en_US.UTF-8",
            ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
            ["TMPDIR"] = "/tmp",
            ["MEMORY_LIMIT"] = FormattableString.Invariant($"{properties.Resources.Mem}m"),
        };
        if (Instances.InstanceEnvironment.FindDatabase(properties.Services) is { } database) variables["DATABASE_URL"] = database;
        foreach (var (name, value) in defaults) variables[name] = value;
        foreach (var variable in properties.Environment)
        {
            var equals = variable.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && !variable.Contains('\0')) variables[variable[..equals]] = variable[(equals + 1)..];
        }
        variables["CF_STACK"] = stack;
        variables["VCAP_APPLICATION"] = Json(properties.VcapApplication);
        variables["VCAP_SERVICES"] = Json(properties.Services);
        return [.. variables.Select(v => $"{v.Key}={v.Value}")];
    }

    private static string Json(JsonElement? element) => element is { ValueKind: JsonValueKind.Object } value ? value.GetRawText() : "{}";
}
