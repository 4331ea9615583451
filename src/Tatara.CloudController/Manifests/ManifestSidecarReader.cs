using Tatara.CloudController.Sidecars;

namespace Tatara.CloudController.Manifests;

/// <summary>Reads what a manifest says about sidecars.</summary>
internal static class ManifestSidecarReader
{
    private const int MaxSidecars = 50;

    public static IReadOnlyList<SidecarRequest> Read(ManifestFields app, List<string> errors)
    {
        var sidecars = new List<SidecarRequest>();
        foreach (var item in app.List("sidecars") ?? [])
        {
            if (item is not ManifestMap map || map.Fields.GetValueOrDefault("name") is not ManifestScalar { IsNull: false, Text.Length: > 0 and <= SidecarRequest.MaxNameLength } name)
            {
                app.Fail("All Sidecars must specify a name", item.Line);
                continue;
            }
            if (sidecars.Exists(s => s.Name == name.Text)) app.Fail($"Sidecar \"{name.Text}\" may only be present once", item.Line);
            if (sidecars.Count == MaxSidecars) app.Fail($"Sidecars may be at most {MaxSidecars}", item.Line);
            var fields = new ManifestFields(map, $"Sidecar \"{name.Text}\": ", errors);
            fields.Has("name");
            sidecars.Add(new SidecarRequest(name.Text, ReadCommand(fields), ReadTypes(fields), fields.Megabytes("memory")));
            fields.FailUnknown();
        }
        return sidecars;
    }

    private static string ReadCommand(ManifestFields fields)
    {
        var command = fields.String("command", SidecarRequest.MaxCommandLength);
        if (string.IsNullOrEmpty(command)) fields.Fail("command", "can't be blank");
        return command ?? "";
    }

    private static List<string> ReadTypes(ManifestFields fields)
    {
        var items = fields.List("process-types") ?? [];
        var types = items.OfType<ManifestScalar>().Where(t => t is { IsNull: false, Text.Length: > 0 and <= SidecarRequest.MaxNameLength }).Select(t => t.Text).ToList();
        if (types.Count == 0 || types.Count != items.Count || types.Count > SidecarRequest.MaxProcessTypes) fields.Fail("process-types", "must have at least 1 process_type, and names only");
        return types;
    }
}
