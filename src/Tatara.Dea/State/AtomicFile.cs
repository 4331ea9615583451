using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tatara.Dea.State;

/// <summary>JSON files that are whole or absent, whenever the process is killed.</summary>
internal static class AtomicFile
{
    /// <summary>Replaces the file. Only root may read it: it can hold an app's credentials.</summary>
    /// <remarks>Not flushed to the disk: after a power failure no container runs, so there is nothing that the file could help to find.</remarks>
    public static void Write<T>(string path, T value, JsonTypeInfo<T> type)
    {
        var temporary = path + ".new";
        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            JsonSerializer.Serialize(file, value, type);
        }
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Null when the file is absent or unreadable, as after a power failure.</summary>
    public static T? Read<T>(string path, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, type);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }
}
