using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tatara.Dea.Archives;
using Tatara.Dea.Instances;
using Tatara.Protocol;

namespace Tatara.Dea.Staging;

/// <summary>
/// What an app's app.json gives, as Heroku has it: values for variables that the app does not set, numbers of instances for
/// processes that are new, buildpacks when the app names none. The file is the app's: what cannot be used is left out, and said so.
/// </summary>
internal sealed partial record AppJson(IReadOnlyDictionary<string, string> Environment, IReadOnlyDictionary<string, int> Formation, IReadOnlyList<string> Buildpacks)
{
    private const string FileName = "app.json";
    private const int MaxBytes = 256 * 1024;
    private const int MaxVariables = 200;
    private const int MaxBuildpacks = 20;

    /// <summary>A slip must not fill the machine; who wants more scales.</summary>
    private const int MaxInstances = 20;

    /// <summary>Names that belong to the platform.</summary>
    private static readonly string[] Reserved = ["PORT", "CF_STACK", "HOME", "USER", "TMPDIR", "DEPS_DIR", "MEMORY_LIMIT"];
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16 };

    public static AppJson Nothing { get; } = new(new Dictionary<string, string>(), new Dictionary<string, int>(), []);

    /// <param name="package">The zip with the app. One that is broken is refused when it is unpacked.</param>
    public static async Task<AppJson> ReadAsync(StagingStartMessage message, string package, StagingLog log, CancellationToken cancellationToken)
    {
        string? text;
        try
        {
            text = await ReadTextAsync(package, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return Nothing;
        }
        if (text is null) return Nothing;
        if (text.Length > MaxBytes)
        {
            await log.SayAsync($"{FileName} is left out: it has more than {MaxBytes / 1024} KB", cancellationToken);
            return Nothing;
        }
        var (found, notes) = Parse(text, message);
        foreach (var note in notes) await log.SayAsync($"{FileName}: {note}", cancellationToken);
        return found;
    }

    /// <summary>The file, or more than it may have of one that is too large; null when there is none.</summary>
    private static async Task<string?> ReadTextAsync(string package, CancellationToken cancellationToken)
    {
        await using var zip = await ZipFile.OpenReadAsync(package, cancellationToken);
        if (zip.GetEntry(FileName) is not { } entry || (entry.ExternalAttributes >> 16 & ZipUnpacker.TypeMask) == ZipUnpacker.SymbolicLink) return null;
        await using var content = await entry.OpenAsync(cancellationToken);
        var buffer = new byte[MaxBytes + 1];
        var length = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        // A character for each byte of what is too large anyway.
        return length > MaxBytes ? Encoding.Latin1.GetString(buffer) : Encoding.UTF8.GetString(buffer, 0, length);
    }

    /// <summary>Also says what was taken, and what was not and why.</summary>
    internal static (AppJson Found, IReadOnlyList<string> Notes) Parse(string text, StagingStartMessage message)
    {
        var notes = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(text, Strict);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return (Nothing, ["left out: it is no JSON object"]);
            return (new AppJson(ReadEnvironment(root, message, notes), ReadFormation(root, notes), ReadBuildpacks(root, message, notes)), notes);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (Nothing, ["left out: it is no valid JSON"]);
        }
    }

    private static Dictionary<string, string> ReadEnvironment(JsonElement root, StagingStartMessage message, List<string> notes)
    {
        var set = message.Properties.Environment.Select(v => v.Split('=', 2)[0]).ToHashSet(StringComparer.Ordinal);
        var defaults = new Dictionary<string, string>(StringComparer.Ordinal);
        var taken = new List<string>();
        foreach (var variable in Fields(root, "env"))
        {
            var value = variable.Value.ValueKind == JsonValueKind.Object ? Field(variable.Value, "value") : variable.Value;
            var required = variable.Value.ValueKind == JsonValueKind.Object && Field(variable.Value, "required") is not { ValueKind: JsonValueKind.False };
            if (!VariableName().IsMatch(variable.Name) || Reserved.Contains(variable.Name) || variable.Name.StartsWith("VCAP_", StringComparison.Ordinal))
                notes.Add($"the variable '{Shown(variable.Name)}' is left out: an app cannot set it");
            else if (value is not { ValueKind: JsonValueKind.String } text)
            {
                if (required && !set.Contains(variable.Name)) notes.Add($"the app wants the variable {variable.Name}, which is not set: cf set-env");
            }
            else if (defaults.Count >= MaxVariables || text.GetString()!.Contains('\0') || text.GetString()!.Length > InstanceEnvironment.MaxVariableBytes / 4)
                notes.Add($"the variable {variable.Name} is left out: it is one too many, too long or not text");
            else
            {
                defaults[variable.Name] = text.GetString()!;
                if (!set.Contains(variable.Name)) taken.Add(variable.Name);
            }
        }
        if (taken.Count > 0) notes.Insert(0, "using its values of " + string.Join(", ", taken));
        return defaults;
    }

    private static Dictionary<string, int> ReadFormation(JsonElement root, List<string> notes)
    {
        var formation = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var type in Fields(root, "formation"))
        {
            if (Field(type.Value, "quantity") is not { } quantity) continue;
            if (!Procfile.IsProcessType(type.Name) || quantity.ValueKind != JsonValueKind.Number || !quantity.TryGetInt32(out var count) || count is < 0 or > MaxInstances)
                notes.Add($"the formation of '{Shown(type.Name)}' is left out: its quantity is not a number from 0 to {MaxInstances}");
            else formation[type.Name] = count;
        }
        if (formation.Count > 0) notes.Add("for processes that are new: " + string.Join(", ", formation.Select(f => FormattableString.Invariant($"{f.Key}={f.Value}"))));
        return formation;
    }

    /// <summary>All of them or none: a part of them would build something else.</summary>
    private static List<string> ReadBuildpacks(JsonElement root, StagingStartMessage message, List<string> notes)
    {
        if (message.Properties.Buildpacks.Count > 0 || Field(root, "buildpacks") is not { ValueKind: JsonValueKind.Array } array || array.GetArrayLength() == 0) return [];
        var wanted = new List<string>();
        foreach (var item in array.EnumerateArray())
        {
            var url = Field(item, "url") is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";
            if (wanted.Count == MaxBuildpacks || Resolve(url, message) is not { } buildpack)
            {
                notes.Add($"its buildpacks are left out: '{Shown(StagingBuildpack.Hide(url))}' is neither installed nor a URL of http, https or git");
                return [];
            }
            wanted.Add(buildpack);
        }
        notes.Add("using its buildpacks " + string.Join(", ", wanted.Select(StagingBuildpack.Hide)));
        return wanted;
    }

    /// <summary>What Heroku calls heroku/ruby is called ruby_buildpack here.</summary>
    private static string? Resolve(string url, StagingStartMessage message)
    {
        if (StagingBuildpack.IsUrl(url)) return url;
        var name = url.StartsWith("heroku/", StringComparison.Ordinal) ? url["heroku/".Length..] + "_buildpack" : url;
        return StagingBuildpack.FindInstalled(message, name)?.Name;
    }

    private static List<JsonProperty> Fields(JsonElement root, string name) =>
        Field(root, name) is { ValueKind: JsonValueKind.Object } map ? [.. map.EnumerateObject()] : [];

    private static JsonElement? Field(JsonElement map, string name) =>
        map.ValueKind == JsonValueKind.Object && map.TryGetProperty(name, out var value) ? value : null;

    private static string Shown(string text) => new([.. text.Where(c => !char.IsControl(c)).Take(100)]);

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]{0,255}\z")]
    private static partial Regex VariableName();
}
