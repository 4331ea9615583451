using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tatara.Cli.Tracing;

/// <summary>Takes secrets out of what a trace shows.</summary>
internal static partial class Redaction
{
    public const string Hidden = "[PRIVATE DATA HIDDEN]";

    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] SecretHeaders = ["Authorization", "Set-Cookie", "Cookie", "Proxy-Authorization"];

    public static string Header(string name, string value) =>
        SecretHeaders.Contains(name, StringComparer.OrdinalIgnoreCase) ? Hidden : Url(value);

    /// <summary>Hides the password of scheme://user:password@host and the values of secret query parameters.</summary>
    public static string Url(string text) =>
        SecretParameter().Replace(UrlPassword().Replace(text, $"$1://$2:{Hidden}@"), $"$1={Hidden}");

    public static string Form(string body) => SecretParameter().Replace(body, $"$1={Hidden}");

    /// <summary>Indented JSON without its secrets; the text itself when it is not JSON.</summary>
    public static string Json(string body)
    {
        try
        {
            return JsonNode.Parse(body) is { } node ? Clean(node).ToJsonString(Readable) : body;
        }
        catch (JsonException)
        {
            return body;
        }
    }

    private static JsonNode Clean(JsonNode node)
    {
        switch (node)
        {
            case JsonObject fields:
                var cleaned = new JsonObject();
                foreach (var (name, value) in fields)
                    cleaned[name] = SecretKey().IsMatch(name) ? Hidden : value is null ? null : Clean(value);
                return cleaned;
            case JsonArray items:
                return new JsonArray([.. items.Select(item => item is null ? null : Clean(item))]);
            case JsonValue value when value.TryGetValue<string>(out var text):
                return JsonValue.Create(Url(text));
            default:
                return node.DeepClone();
        }
    }

    [GeneratedRegex("token|password|passcode|secret|assertion", RegexOptions.IgnoreCase)]
    private static partial Regex SecretKey();

    [GeneratedRegex(@"\b([A-Za-z][\w+.-]*)://([^:/@\s]+):[^@/\s]+@")]
    private static partial Regex UrlPassword();

    [GeneratedRegex(@"(?<=^|[?&\s])([\w.-]*(?:token|password|passcode|secret|assertion|(?<=[?&])code))=[^&\s]*", RegexOptions.IgnoreCase)]
    private static partial Regex SecretParameter();
}
