using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tatara.Dea.Instances;

/// <summary>The environment of an instance. The app's own variables win, except over what names the instance itself.</summary>
internal static class InstanceEnvironment
{
    /// <summary>The port an app listens on, inside its container.</summary>
    public const int ContainerPort = 8080;

    /// <summary>Linux takes no single string beyond 128 KiB (131,072 bytes) in an environment.</summary>
    public const int MaxVariableBytes = 130_000;

    private static readonly string[] DatabaseSchemes = ["mysql", "mysql2", "postgres", "postgresql"];

    /// <exception cref="LaunchException">A variable is too long or has no name.</exception>
    public static IReadOnlyList<string> Build(InstanceRecord instance, string hostAddress)
    {
        var start = instance.Start;
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = "/home/vcap/app",
            ["TMPDIR"] = "/home/vcap/tmp",
            ["DEPS_DIR"] = "/home/vcap/deps",
            ["USER"] = "vcap",
            ["LANG"] = "en_US.UTF-8",
            ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
            ["MEMORY_LIMIT"] = Invariant($"{start.Limits.Mem}m"),
        };
        if (FindDatabase(start.Services) is { } database) variables["DATABASE_URL"] = database;
        foreach (var (name, value) in start.Env.Select(Split)) variables[name] = value;
        AddIdentity(variables, instance, hostAddress);

        foreach (var (name, value) in variables) Check(name, value);
        return [.. variables.Select(v => $"{v.Key}={v.Value}")];
    }

    private static void AddIdentity(Dictionary<string, string> variables, InstanceRecord instance, string hostAddress)
    {
        var index = instance.Start.Index.ToString(CultureInfo.InvariantCulture);
        var containerPort = ContainerPort.ToString(CultureInfo.InvariantCulture);
        variables["PORT"] = containerPort;
        variables["VCAP_APP_PORT"] = containerPort;
        variables["VCAP_APP_HOST"] = "0.0.0.0";
        variables["INSTANCE_GUID"] = instance.Guid;
        variables["INSTANCE_INDEX"] = index;
        variables["CF_INSTANCE_GUID"] = instance.Guid;
        variables["CF_INSTANCE_INDEX"] = index;
        variables["CF_INSTANCE_IP"] = hostAddress;
        variables["CF_INSTANCE_PORT"] = Invariant($"{instance.HostPort}");
        variables["CF_INSTANCE_ADDR"] = Invariant($"{hostAddress}:{instance.HostPort}");
        variables["CF_INSTANCE_PORTS"] = Invariant($"[{{\"external\":{instance.HostPort},\"internal\":{ContainerPort}}}]");
        variables["VCAP_APPLICATION"] = CompleteApplication(instance);
        variables["VCAP_SERVICES"] = instance.Start.Services is { ValueKind: JsonValueKind.Object } services ? services.GetRawText() : "{}";
    }

    private static string CompleteApplication(InstanceRecord instance)
    {
        var application = instance.Start.VcapApplication.ValueKind == JsonValueKind.Object
            ? JsonObject.Create(instance.Start.VcapApplication)! : [];
        var startedAt = instance.StartedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss +0000", CultureInfo.InvariantCulture);
        var seconds = instance.StartedAt.ToUnixTimeSeconds();
        application["host"] = "0.0.0.0";
        application["port"] = ContainerPort;
        application["instance_id"] = instance.Guid;
        application["instance_index"] = instance.Start.Index;
        application["started_at"] = startedAt;
        application["started_at_timestamp"] = seconds;
        application["start"] = startedAt;
        application["state_timestamp"] = seconds;
        return application.ToJsonString();
    }

    /// <summary>The uri of the first bound service that is a database Rails knows.</summary>
    internal static string? FindDatabase(JsonElement? services)
    {
        if (services is not { ValueKind: JsonValueKind.Object } labels) return null;
        foreach (var label in labels.EnumerateObject().Where(l => l.Value.ValueKind == JsonValueKind.Array))
            foreach (var binding in label.Value.EnumerateArray())
            {
                if (binding.ValueKind == JsonValueKind.Object
                    && binding.TryGetProperty("credentials", out var credentials) && credentials.ValueKind == JsonValueKind.Object
                    && credentials.TryGetProperty("uri", out var uri) && uri.ValueKind == JsonValueKind.String
                    && uri.GetString() is { } text && DatabaseSchemes.Contains(text.Split("://")[0]))
                    return text;
            }
        return null;
    }

    private static (string Name, string Value) Split(string variable)
    {
        var equals = variable.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 ? (variable[..equals], variable[(equals + 1)..])
            : throw new LaunchException("An environment variable has no name.");
    }

    private static void Check(string name, string value)
    {
        if (value.Contains('\0') || name.Contains('\0')) throw new LaunchException("An environment variable holds a NUL character.");
        var bytes = Encoding.UTF8.GetByteCount(name) + 1 + Encoding.UTF8.GetByteCount(value);
        if (bytes > MaxVariableBytes)
            throw new LaunchException(Invariant($"the environment variable {name[..Math.Min(name.Length, 80)]} has {bytes} bytes; at most {MaxVariableBytes} are possible"));
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
