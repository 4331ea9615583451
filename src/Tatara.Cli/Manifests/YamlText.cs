using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tatara.Cli.Manifests;

/// <summary>Between YAML text, YAML nodes and JSON values.</summary>
internal static class YamlText
{
    /// <summary>Words that YAML reads as something else than text.</summary>
    private static readonly string[] SpecialWords = ["", "~", "null", "true", "false", "yes", "no", "on", "off"];

    public static YamlNode Null => new YamlScalarNode("null") { Style = ScalarStyle.Plain };

    /// <summary>A text that stays one, however it looks.</summary>
    public static YamlScalarNode Scalar(string text) => new(text)
    {
        Style = SpecialWords.Contains(text, StringComparer.OrdinalIgnoreCase) || LooksLikeNumber(text) ? ScalarStyle.DoubleQuoted : ScalarStyle.Any,
    };

    /// <summary>A number or a truth value.</summary>
    public static YamlScalarNode Plain(string text) => new(text) { Style = ScalarStyle.Plain };

    public static string Write(YamlNode node)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        new YamlStream(new YamlDocument(node)).Save(writer, assignAnchors: false);
        var text = writer.ToString();
        return text.EndsWith("...\n", StringComparison.Ordinal) ? text[..^4] : text;
    }

    public static YamlNode FromJson(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => new YamlMappingNode(value.EnumerateObject().Select(member =>
            new KeyValuePair<YamlNode, YamlNode>(Scalar(member.Name), FromJson(member.Value)))),
        JsonValueKind.Array => new YamlSequenceNode(value.EnumerateArray().Select(FromJson)),
        JsonValueKind.String => Scalar(value.GetString()!),
        JsonValueKind.Null or JsonValueKind.Undefined => Null,
        _ => Plain(value.GetRawText()),
    };

    private static bool LooksLikeNumber(string text) =>
        double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _) || text.StartsWith("0x", StringComparison.Ordinal) || text.StartsWith("0o", StringComparison.Ordinal);
}
