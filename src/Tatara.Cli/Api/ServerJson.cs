using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tatara.Cli.Api;

/// <summary>Reads JSON that a server sent.</summary>
internal static class ServerJson
{
    /// <exception cref="CfException">It is not the JSON that was expected.</exception>
    public static T Read<T>(byte[] body, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("it is null");
        }
        catch (JsonException error)
        {
            throw new CfException($"Invalid JSON content from server: {error.Message}", error);
        }
    }

    public static T? TryRead<T>(byte[] body, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
