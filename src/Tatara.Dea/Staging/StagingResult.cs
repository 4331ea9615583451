using System.Formats.Tar;
using System.Text;
using Tatara.Dea.Droplets;
using YamlDotNet.Core;

namespace Tatara.Dea.Staging;

/// <summary>What the builder says it did. It comes out of a container that ran foreign code: every part is bounded and checked.</summary>
/// <param name="Detected">What detect printed, or the buildpack's name.</param>
/// <param name="Chosen">Numbers of the buildpacks that were used, in order.</param>
/// <param name="ProcessTypes">From release, overridden by the Procfile.</param>
internal sealed record StagingResult(string Detected, IReadOnlyList<int> Chosen, IReadOnlyDictionary<string, string> ProcessTypes)
{
    private const int MaxPartBytes = 64 * 1024;
    private const int MaxParts = 16;
    private const int MaxDetectedLength = 255;
    private const int MaxProcessTypes = 50;

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
        return new StagingResult(Clean(parts.GetValueOrDefault("detected", "")), ParseChosen(parts, buildpacks), ParseProcessTypes(parts));
    }

    /// <summary>staging_info.yml, which goes into the droplet.</summary>
    public string ToStagingInfo() => $"---\ndetected_buildpack: {Quote(Detected)}\nstart_command: {Quote(ProcessTypes.GetValueOrDefault("web", ""))}\n";

    private static List<int> ParseChosen(Dictionary<string, string> parts, int buildpacks)
    {
        var chosen = new List<int>();
        foreach (var line in parts.GetValueOrDefault("chosen", "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            chosen.Add(int.TryParse(line, out var number) && number >= 0 && number < buildpacks ? number : throw Broken("it names a buildpack that there is not"));
        return chosen.Count > 0 ? chosen : throw Broken("it names no buildpack");
    }

    private static Dictionary<string, string> ParseProcessTypes(Dictionary<string, string> parts)
    {
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
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

    private static StagingException Broken(string why, Exception? inner = null) =>
        new(StagingErrors.StagingError, $"The result of staging is not valid: {why}.", inner);
}
