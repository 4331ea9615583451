using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Tatara.Logging;

/// <summary>A log line as a JSON object, for machines that read logs.</summary>
internal static class JsonLine
{
    /// <summary>What is always there; a value of the same name would make two fields of one.</summary>
    private static readonly string[] s_reserved = ["time", "level", "category", "message", "exception", "{OriginalFormat}"];

    public static string Of<TState>(DateTime time, LogLevel level, string category, string message, TState state, Exception? exception)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", level.ToString());
            json.WriteString("category", category);
            json.WriteString("message", message);
            if (state is IEnumerable<KeyValuePair<string, object?>> values)
                foreach (var (name, value) in values.Where(v => !s_reserved.Contains(v.Key)).DistinctBy(v => v.Key)) Write(json, JsonNamingPolicy.SnakeCaseLower.ConvertName(name), value);
            if (exception is not null) json.WriteString("exception", exception.ToString());
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null: json.WriteNull(name); break;
            case bool flag: json.WriteBoolean(name, flag); break;
            case int number: json.WriteNumber(name, number); break;
            case long number: json.WriteNumber(name, number); break;
            default: json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }
}
