using System.Text.RegularExpressions;

namespace Tatara.Dea.Staging;

/// <summary>An app's Procfile: "type: command" a line. Other lines mean nothing.</summary>
internal static partial class Procfile
{
    public static IEnumerable<(string Type, string Command)> Parse(string text) =>
        text.Split('\n').Select(l => Line().Match(l)).Where(m => m.Success).Select(m => (m.Groups[1].Value, m.Groups[2].Value.Trim()));

    public static bool IsProcessType(string text) => Type().IsMatch(text);

    [GeneratedRegex(@"^([A-Za-z0-9_-]{1,255})[ \t]*:[ \t]*(\S.*)$")]
    private static partial Regex Line();

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,255}\z")]
    private static partial Regex Type();
}
