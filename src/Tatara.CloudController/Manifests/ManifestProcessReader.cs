using Tatara.CloudController.Processes;

namespace Tatara.CloudController.Manifests;

/// <summary>Reads what a manifest says about processes: at the application itself for the web process, and in its list of processes.</summary>
internal static class ManifestProcessReader
{
    private const int MaxCommandLength = 4096;

    public static IReadOnlyList<ManifestProcess> Read(ManifestFields app, List<string> errors)
    {
        var web = ReadPatch(app);
        var processes = new List<ManifestProcess>();
        foreach (var item in app.List("processes") ?? [])
        {
            if (item is not ManifestMap map || map.Fields.GetValueOrDefault("type") is not ManifestScalar { IsNull: false, Text.Length: > 0 and <= 255 } type)
            {
                app.Fail("All Processes must specify a type", item.Line);
                continue;
            }
            if (processes.Any(p => p.Type == type.Text)) app.Fail($"Process \"{type.Text}\" may only be present once", item.Line);
            var fields = new ManifestFields(map, $"Process \"{type.Text}\": ", errors);
            fields.Has("type");
            processes.Add(new ManifestProcess(type.Text, ReadPatch(fields)));
            fields.FailUnknown();
        }
        // What the list says of the web process stands over what the application says.
        if (processes.All(p => p.Type != ProcessFactory.Web)) processes.Insert(0, new ManifestProcess(ProcessFactory.Web, web));
        return processes;
    }

    private static ProcessPatch ReadPatch(ManifestFields fields)
    {
        var command = fields.String("command", MaxCommandLength);
        return new ProcessPatch
        {
            Instances = fields.Integer("instances", min: 0),
            MemoryMb = fields.Megabytes("memory"),
            DiskMb = fields.Megabytes("disk-quota"),
            LogRateLimit = fields.BytesPerSecond("log-rate-limit-per-second"),
            Command = new(fields.Has("command"), command is "default" or "null" or "" ? null : command),
            HealthCheck = ReadCheck(fields, ""),
            Readiness = ReadCheck(fields, "readiness-"),
        };
    }

    private static HealthCheckPatch? ReadCheck(ManifestFields fields, string prefix)
    {
        string Key(string name) => $"{prefix}health-check-{name}";
        var type = fields.String(Key("type"));
        if (type == "none") type = "process";
        if (type is not null && !HealthCheckPatch.IsType(type)) fields.Fail(Key("type"), "must be \"port\", \"process\", or \"http\"");
        var endpoint = fields.String(Key("http-endpoint"));
        if (endpoint is not null && !endpoint.StartsWith('/')) fields.Fail(Key("http-endpoint"), "must be a valid URI path");
        var patch = new HealthCheckPatch
        {
            Type = type,
            Timeout = prefix.Length > 0 ? default : new(fields.Has("timeout"), fields.Integer("timeout", min: 1)),
            InvocationTimeout = new(fields.Has(Key("invocation-timeout")), fields.Integer(Key("invocation-timeout"), min: 1)),
            Interval = new(fields.Has(Key("interval")), fields.Integer(Key("interval"), min: 1)),
            Endpoint = new(fields.Has(Key("http-endpoint")), endpoint),
        };
        return patch == new HealthCheckPatch() ? null : patch;
    }
}
