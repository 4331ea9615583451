using System.CommandLine;
using Tatara.Cli.Terminal;

namespace Tatara.Cli.CommandLine;

/// <summary>The help of one command.</summary>
internal static class HelpText
{
    private const string Indent = "   ";

    public static void Show(ITerminal terminal, CfCommand command)
    {
        Section(terminal, "NAME:", $"{command.Name} - {command.Description}", first: true);
        Section(terminal, "USAGE:", command.Usage);
        if (command.Examples is not null) Section(terminal, "EXAMPLES:", command.Examples);
        if (command.Alias is not null) Section(terminal, "ALIAS:", command.Alias);
        if (command.Options.Count > 0) Section(terminal, "OPTIONS:", string.Join('\n', OptionLines(command)));
        if (command.EnvironmentVariables.Count > 0)
            Section(terminal, "ENVIRONMENT:", string.Join('\n', command.EnvironmentVariables.Select(v => $"{v.Variable,-29}{v.Description}")));
        if (command.RelatedCommands is not null) Section(terminal, "SEE ALSO:", command.RelatedCommands);
    }

    private static void Section(ITerminal terminal, string title, string text, bool first = false)
    {
        if (!first) terminal.Line();
        terminal.Line(title);
        foreach (var line in text.Split('\n')) terminal.Line((Indent + line).TrimEnd());
    }

    private static IEnumerable<string> OptionLines(CfCommand command)
    {
        var named = command.Options
            .Select(option => (Names: Names(option), option.Description))
            .OrderBy(option => option.Names.TrimStart('-'), StringComparer.OrdinalIgnoreCase)
            .ToList();
        var width = named.Max(option => option.Names.Length) + 6;
        return named.Select(option => option.Names.PadRight(width) + option.Description);
    }

    private static string Names(Option option) => string.Join(", ", option.Aliases.Prepend(option.Name));
}
