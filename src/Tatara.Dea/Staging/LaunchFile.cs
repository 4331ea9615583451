using System.Globalization;
using Tatara.Dea.Droplets;
using Tatara.Protocol;
using YamlDotNet.Core;

namespace Tatara.Dea.Staging;

/// <summary>A process that a buildpack's launch.yml names.</summary>
/// <param name="SidecarFor">Process types that it runs beside; none: it is a process of its own.</param>
/// <param name="Memory">MB, for a sidecar.</param>
internal sealed record LaunchProcess(string Type, string Command, IReadOnlyList<string> SidecarFor, int? Memory);

/// <summary>Reads deps/INDEX/launch.yml, by which a buildpack says what is to run. What is not of the right shape is left out.</summary>
internal static class LaunchFile
{
    private const int MaxProcesses = 50;
    private const int MaxCommandLength = 4096;

    /// <exception cref="YamlException">It is not YAML, or has more than is sensible.</exception>
    public static IReadOnlyList<LaunchProcess> Read(string text)
    {
        if (Field(HostileYaml.ReadTree(text), "processes") is not List<object> processes) return [];
        if (processes.Count > MaxProcesses) throw new YamlException($"it names more than {MaxProcesses} processes");
        return [.. processes.Select(Read).OfType<LaunchProcess>()];
    }

    /// <summary>Those that run beside others; of one name the last.</summary>
    public static IReadOnlyList<SidecarSpec> Sidecars(IEnumerable<LaunchProcess> processes) =>
        [.. processes.Where(p => p.SidecarFor.Count > 0).GroupBy(p => p.Type).Select(same => same.Last()).Select(p => new SidecarSpec(p.Type, p.Command, p.SidecarFor, p.Memory))];

    private static LaunchProcess? Read(object process)
    {
        if (Field(process, "type") is not string type || !Procfile.IsProcessType(type)) return null;
        if (Field(process, "command") is not string { Length: > 0 and <= MaxCommandLength } command) return null;
        var beside = Field(Field(Field(process, "platforms"), "cloudfoundry"), "sidecar_for") as List<object>;
        var hasMemory = int.TryParse(Field(Field(process, "limits"), "memory") as string, NumberStyles.None, CultureInfo.InvariantCulture, out var memory) && memory > 0;
        return new LaunchProcess(type, command, [.. (beside ?? []).OfType<string>().Where(Procfile.IsProcessType).Take(MaxProcesses)], hasMemory ? memory : null);
    }

    private static object? Field(object? map, string key) => (map as Dictionary<string, object>)?.GetValueOrDefault(key);
}
