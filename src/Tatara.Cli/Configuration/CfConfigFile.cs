using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tatara.Cli.Configuration;

/// <summary>Where the configuration lives and how it is written: whole or not at all, for its owner's eyes only.</summary>
internal sealed class CfConfigFile(string path)
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    public static CfConfigFile OfUser(Func<string, string?> environment)
    {
        var home = environment("CF_HOME") is { Length: > 0 } set ? set : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return new CfConfigFile(Path.Combine(home, ".cf", "config.json"));
    }

    /// <exception cref="CfException">The file is there but cannot be read.</exception>
    public CfConfig Load()
    {
        try
        {
            if (!File.Exists(path)) return CfConfig.CreateDefault();
            var bytes = File.ReadAllBytes(path);
            if (bytes.Length == 0) return CfConfig.CreateDefault();
            if (JsonNode.Parse(bytes) is not JsonObject fields) throw new JsonException("it is not a JSON object");
            return fields["ConfigVersion"] is JsonValue version && version.TryGetValue<int>(out var number) && number == CfConfig.Version
                ? new CfConfig(fields)
                : CfConfig.CreateDefault();
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CfException($"The configuration file '{path}' cannot be read: {error.Message}\nTIP: Remove it and log in again.", error);
        }
    }

    /// <summary>Writes the configuration if it changed.</summary>
    public void Save(CfConfig config)
    {
        if (!config.IsChanged) return;
        var directory = Path.GetDirectoryName(path)!;
        var temporary = Path.Combine(directory, $"temp-config{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Write(config, temporary);
            File.Move(temporary, path, overwrite: true);
            config.MarkSaved();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new CfException($"Error writing config: {error.Message}", error);
        }
    }

    private static void Write(CfConfig config, string file)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var stream = new FileStream(file, options);
        using (var writer = new Utf8JsonWriter(stream, Indented)) config.Fields.WriteTo(writer);
        stream.Flush(flushToDisk: true);
    }
}
