using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tatara.Containers.Processes;

/// <summary>What is kept of a container on disk. Written when its program runs; what has no record was never finished.</summary>
internal sealed record ContainerRecord(ContainerSpec Spec, int Slot, DateTimeOffset StartedAt)
{
    public void Save(string path)
    {
        var draft = path + ".new";
        using (var file = new FileStream(draft, FileMode.Create))
        {
            JsonSerializer.Serialize(file, this, RecordJson.Default.ContainerRecord);
            file.Flush(flushToDisk: false);
        }
        File.Move(draft, path, overwrite: true);
    }

    /// <summary>Null when there is none or it cannot be read.</summary>
    public static ContainerRecord? Load(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, RecordJson.Default.ContainerRecord);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(ContainerRecord))]
internal sealed partial class RecordJson : JsonSerializerContext;
