using System.Text.RegularExpressions;
using Tatara.Dea.Droplets;
using YamlDotNet.Core;

namespace Tatara.Dea.Staging;

/// <summary>An app's Procfile: YAML, as Cloud Foundry reads it, or else "type: command" a line, as others do. What is neither means nothing.</summary>
internal static partial class Procfile
{
    public static IEnumerable<(string Type, string Command)> Parse(string text)
    {
        try
        {
            if (HostileYaml.ReadScalars(text) is { Count: > 0 } commands) return commands.Where(c => IsProcessType(c.Key)).Select(c => (c.Key, c.Value.Trim()));
        }
        catch (YamlException)
        {
            // Commands often are no YAML: web: VALUE=a: b.
        }
        return ParseLines(text);
    }

    private static IEnumerable<(string Type, string Command)> ParseLines(string text) =>
        text.Split('\n').Select(l => Line().Match(l)).Where(m => m.Success).Select(m => (m.Groups[1].Value, m.Groups[2].Value.Trim()));

    public static bool IsProcessType(string text) => Type().IsMatch(text);

    [GeneratedRegex(@"^([A-Za-z0-9_-]{1,255})[ \t]*:[ \t]*(\S.*)$")]
    private static partial Regex Line();

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,255}\z")]
    private static partial Regex Type();
}
