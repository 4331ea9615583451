using Tatara.CloudController.Apps;
using Tatara.CloudController.Errors;
using Tatara.CloudController.Metadata;

namespace Tatara.CloudController.Manifests;

/// <summary>Makes a checked model of a manifest, or says everything that is wrong with it.</summary>
internal static class ManifestReader
{
    private const int MaxApps = 100;
    private const int MaxBuildpackLength = 4096;
    private const int MaxVariableLength = 128 * 1024;

    /// <summary>Keys that belong into an application; at the top they would be lost in silence.</summary>
    private static readonly string[] s_appKeys =
        ["name", "memory", "instances", "disk-quota", "buildpack", "buildpacks", "command", "env", "routes", "services", "stack", "timeout", "health-check-type", "processes"];

    public static IReadOnlyList<ManifestApp> Read(string yaml)
    {
        if (ManifestYaml.Read(yaml) is not ManifestMap root) throw ApiErrors.MessageParseError("the manifest is no map with 'applications'");
        if (root.Fields.TryGetValue("version", out var version) && version is not ManifestScalar { AsInteger: 1 })
            throw ApiErrors.Unprocessable($"Unsupported manifest schema version. Currently supported versions: [1]. (line {version.Line})");
        if (!root.Fields.TryGetValue("applications", out var applications) || applications is not ManifestList { Items.Count: > 0 } list)
            throw ApiErrors.Unprocessable("Cannot parse manifest with no 'applications' field.");
        if (list.Items.Count > MaxApps) throw ApiErrors.Unprocessable($"A manifest may have at most {MaxApps} applications.");

        var errors = new List<string>();
        foreach (var (key, node) in root.Fields.Where(f => s_appKeys.Contains(ManifestFields.Normalize(f.Key))))
            errors.Add($"'{key}' must stand in an application, not at the top of the manifest (line {node.Line})");
        var apps = list.Items.Select((item, index) => ReadApp(item, index, errors)).OfType<ManifestApp>().ToList();
        foreach (var name in apps.GroupBy(a => a.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
            errors.Add($"For application '{name.Key}': it stands {name.Count()} times in the manifest (line {name.Last().Source.Line})");
        return errors.Count == 0 ? apps : throw new ApiException([.. errors.Select(e => ApiErrors.Unprocessable(e).Errors[0])]);
    }

    private static ManifestApp? ReadApp(ManifestNode node, int index, List<string> errors)
    {
        if (node is not ManifestMap map)
        {
            errors.Add($"For application at index {index}: it must be a map (line {node.Line})");
            return null;
        }
        var name = map.Fields.GetValueOrDefault("name") is ManifestScalar { IsNull: false } scalar ? scalar.Text : null;
        var fields = new ManifestFields(map, string.IsNullOrWhiteSpace(name) ? $"For application at index {index}: " : $"For application '{name}': ", errors);
        CheckName(fields);
        var features = ReadFeatures(fields, errors);
        var app = new ManifestApp
        {
            Name = name ?? "",
            Source = map,
            Buildpacks = ReadBuildpacks(fields),
            Stack = fields.String("stack"),
            Environment = ReadEnvironment(fields),
            Metadata = ReadMetadata(fields),
            Processes = ManifestProcessReader.Read(fields, errors),
            Routes = ManifestRouteReader.Read(fields, errors),
            Services = ReadServices(fields),
            Sidecars = ManifestSidecarReader.Read(fields, errors),
            SshEnabled = features?.Boolean("ssh"),
            RevisionsEnabled = features?.Boolean("revisions"),
        };
        features?.FailUnknown();
        RefuseWhatIsNotHere(fields);
        fields.String("path", maxLength: 4096);
        fields.FailUnknown();
        return app;
    }

    private static void CheckName(ManifestFields fields)
    {
        var name = fields.String("name");
        if (string.IsNullOrWhiteSpace(name)) fields.Fail("name", "must not be empty");
        else if (name.Any(char.IsControl)) fields.Fail("name", "is invalid");
    }

    private static List<string>? ReadBuildpacks(ManifestFields fields)
    {
        if (fields.Has("buildpack") && fields.Has("buildpacks")) fields.Fail("Buildpack and Buildpacks fields cannot be used together.", fields.LineOf("buildpacks"));
        var single = fields.String("buildpack", MaxBuildpackLength);
        if (fields.Has("buildpack") && !fields.Has("buildpacks")) return single is null or "default" or "null" ? [] : [single];
        if (fields.List("buildpacks") is not { } items) return null;
        foreach (var item in items.Where(i => i is not ManifestScalar { Text.Length: > 0 and <= MaxBuildpackLength }))
            fields.Fail("Buildpacks can only contain strings of 1 to 4096 characters", item.Line);
        return [.. items.OfType<ManifestScalar>().Select(s => s.Text)];
    }

    private static Dictionary<string, string?> ReadEnvironment(ManifestFields fields)
    {
        var variables = new Dictionary<string, string?>();
        foreach (var (key, node) in fields.Map("env")?.Fields ?? new Dictionary<string, ManifestNode>())
        {
            if (EnvironmentRequest.KeyProblem(key) is { } problem) fields.Fail($"Env {problem}", node.Line);
            if (node is not ManifestScalar scalar) fields.Fail($"Env value of '{key}' must be a text", node.Line);
            else if (key.Length + scalar.Text.Length >= MaxVariableLength) fields.Fail($"Env value of '{key}' is too long", node.Line);
            else variables[key] = scalar.IsNull ? "" : scalar.Text;
        }
        return variables;
    }

    private static MetadataPatch ReadMetadata(ManifestFields fields)
    {
        if (fields.Map("metadata") is not { } map) return MetadataPatch.Nothing;
        var (patch, errors) = MetadataPatch.Read((System.Text.Json.Nodes.JsonObject)map.ToJson());
        foreach (var error in errors) fields.Fail(error, map.Line);
        return patch;
    }

    private static List<string> ReadServices(ManifestFields fields)
    {
        var names = new List<string>();
        foreach (var item in fields.List("services") ?? [])
        {
            if (item is ManifestScalar { IsNull: false } scalar) names.Add(scalar.Text);
            else if (item is ManifestMap map && map.Fields.GetValueOrDefault("name") is ManifestScalar { IsNull: false } name) names.Add(name.Text);
            else fields.Fail("Services must be names, or maps with a name", item.Line);
        }
        return names;
    }

    private static ManifestFields? ReadFeatures(ManifestFields fields, List<string> errors) =>
        fields.Map("features") is { } map ? new ManifestFields(map, "Features: ", errors) : null;

    private static void RefuseWhatIsNotHere(ManifestFields fields)
    {
        if (fields.Node("docker") is { } docker) fields.Fail("Docker support has not been enabled.", docker.Line);
        if (fields.String("lifecycle") is not (null or "buildpack")) fields.Fail("lifecycle", "is not included in the list: buildpack");
    }
}
