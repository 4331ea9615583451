using System.Formats.Tar;
using System.Text;
using Tatara.Dea.Droplets;
using Tatara.Protocol;
using YamlDotNet.Core;

namespace Tatara.Dea.Staging;

/// <summary>What the builder says it did. It comes out of a container that ran foreign code: every part is bounded and checked.</summary>
/// <param name="Detected">What detect printed, or the buildpack's name; empty when nobody asked.</param>
/// <param name="Chosen">Numbers of the buildpacks that were used, in order.</param>
/// <param name="ProcessTypes">From launch.yml or release, overridden by the Procfile.</param>
internal sealed record StagingResult(string Detected, IReadOnlyList<int> Chosen, IReadOnlyDictionary<string, string> ProcessTypes)
{
    private const int MaxPartBytes = 64 * 1024;

    /// <summary>Four, and three of each of 50 buildpacks.</summary>
    private const int MaxParts = 200;
    private const int MaxDetectedLength = 255;
    private const int MaxProcessTypes = 50;
    private IReadOnlyDictionary<string, string> _parts = new Dictionary<string, string>();

    /// <summary>From the launch.yml files.</summary>
    public IReadOnlyList<SidecarSpec> Sidecars { get; private init; } = [];

    /// <summary>Null when the container handed over none: it failed before.</summary>
    /// <exception cref="StagingException">It is not what it should be.</exception>
    public static async Task<StagingResult?> ReadAsync(Stream stream, int buildpacks, CancellationToken cancellationToken)
    {
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            await using var reader = new TarReader(stream, leaveOpen: true);
            for (var count = 0; count < MaxParts && await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry; count++)
                if (entry is { EntryType: TarEntryType.RegularFile, DataStream: { Length: <= MaxPartBytes } data })
                    parts[Path.GetFileName(entry.Name)] = await ReadTextAsync(data, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or EndOfStreamException or ArgumentException)
        {
            throw Broken("it cannot be read", e);
        }
        if (parts.Count == 0) return null;
        return Parse(parts, buildpacks);
    }

    /// <param name="parts">File name to content.</param>
    /// <exception cref="StagingException">It is not what it should be.</exception>
    public static StagingResult Parse(IReadOnlyDictionary<string, string> parts, int buildpacks)
    {
        var chosen = ParseChosen(parts, buildpacks);
        var launch = ParseLaunch(parts, chosen.Count);
        return new StagingResult(Clean(parts.GetValueOrDefault("detected", "")), chosen, ParseProcessTypes(parts, launch))
        {
            Sidecars = LaunchFile.Sidecars(launch),
            _parts = parts,
        };
    }

    /// <summary>What the buildpack at a position says of itself: in the config.yml that it wrote, else in its VERSION file.</summary>
    public UsedBuildpack About(int position)
    {
        var config = new Dictionary<string, string>();
        try
        {
            config = HostileYaml.ReadScalars(_parts.GetValueOrDefault(Invariant($"config-{position}"), "")).ToDictionary();
        }
        catch (YamlException)
        {
            // It is the buildpack's own business; staging succeeded.
        }
        var version = Clean(config.GetValueOrDefault("version", _parts.GetValueOrDefault(Invariant($"version-{position}"), "")));
        var name = Clean(config.GetValueOrDefault("name", ""));
        return new UsedBuildpack("", name.Length > 0 ? name : null, version.Length > 0 ? version : null);
    }

    /// <summary>staging_info.yml, which goes into the droplet.</summary>
    public string ToStagingInfo() => $"---\ndetected_buildpack: {Quote(Detected)}\nstart_command: {Quote(ProcessTypes.GetValueOrDefault("web", ""))}\n";

    private static List<int> ParseChosen(IReadOnlyDictionary<string, string> parts, int buildpacks)
    {
        var chosen = new List<int>();
        foreach (var line in parts.GetValueOrDefault("chosen", "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            chosen.Add(int.TryParse(line, out var number) && number >= 0 && number < buildpacks ? number : throw Broken("it names a buildpack that there is not"));
        return chosen.Count > 0 ? chosen : throw Broken("it names no buildpack");
    }

    private static List<LaunchProcess> ParseLaunch(IReadOnlyDictionary<string, string> parts, int count)
    {
        try
        {
            return [.. Enumerable.Range(0, count).SelectMany(position => LaunchFile.Read(parts.GetValueOrDefault(Invariant($"launch-{position}"), "")))];
        }
        catch (YamlException e)
        {
            throw new StagingException(StagingErrors.ReleaseFailed, "A launch.yml that a buildpack wrote cannot be read: " + e.Message, e);
        }
    }

    private static Dictionary<string, string> ParseProcessTypes(IReadOnlyDictionary<string, string> parts, List<LaunchProcess> launch)
    {
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var process in launch.Where(p => p.SidecarFor.Count == 0)) types[process.Type] = process.Command;
        try
        {
            foreach (var (type, command) in HostileYaml.ReadScalars(parts.GetValueOrDefault("release", ""), "default_process_types")) types[type] = command;
        }
        catch (YamlException e)
        {
            throw new StagingException(StagingErrors.ReleaseFailed, "The buildpack's release script printed YAML that cannot be read: " + e.Message, e);
        }
        foreach (var (type, command) in Procfile.Parse(parts.GetValueOrDefault("Procfile", ""))) types[type] = command;
        foreach (var type in types.Keys.Where(t => !Procfile.IsProcessType(t) || types[t].Length == 0).ToList()) types.Remove(type);
        return types.Count <= MaxProcessTypes ? types : throw Broken($"it names more than {MaxProcessTypes} process types");
    }

    private static async Task<string> ReadTextAsync(Stream data, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(data, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private static string Clean(string text)
    {
        var line = new string([.. text.Split('\n')[0].Where(c => !char.IsControl(c)).Take(MaxDetectedLength)]);
        return line.Trim();
    }

    /// <summary>A double-quoted YAML scalar, which JSON's strings are.</summary>
    private static string Quote(string text) => System.Text.Json.JsonSerializer.Serialize(text, State.DeaJson.Default.String);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static StagingException Broken(string why, Exception? inner = null) =>
        new(StagingErrors.StagingError, $"The result of staging is not valid: {why}.", inner);
}
