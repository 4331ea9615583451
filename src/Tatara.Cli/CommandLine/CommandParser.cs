using System.CommandLine;

namespace Tatara.Cli.CommandLine;

/// <summary>Parses the words after a verb, and puts mistakes in the official CLI's words.</summary>
internal static class CommandParser
{
    private static readonly ParserConfiguration Plain = new() { ResponseFileTokenReplacer = null };

    /// <exception cref="UsageException">The words do not fit the command.</exception>
    public static ParsedCommand Parse(CfCommand command, IReadOnlyList<string> words)
    {
        var help = new Option<bool>("--help", "-h") { Arity = ArgumentArity.Zero };
        var verbose = new Option<bool>("-v") { Arity = ArgumentArity.Zero };
        var grammar = new Command(command.Name) { help, verbose };
        foreach (var option in command.Options) grammar.Options.Add(option);
        foreach (var parameter in command.Parameters) grammar.Arguments.Add(parameter.Argument);

        var line = grammar.Parse(words, Plain);
        var wantsHelp = line.GetResult(help) is { Implicit: false };
        if (!wantsHelp) Check(command, line);
        return new ParsedCommand(line, wantsHelp, line.GetResult(verbose) is { Implicit: false });
    }

    private static void Check(CfCommand command, ParseResult line)
    {
        foreach (var parameter in command.Parameters)
        {
            var value = line.GetValue(parameter.Argument);
            if (!parameter.IsVerbatim && value is { Length: > 1 } && value[0] == '-') throw UnknownFlag(value);
        }

        if (line.UnmatchedTokens.FirstOrDefault(IsFlag) is { } flag) throw UnknownFlag(flag);
        foreach (var option in command.Options)
        {
            if (line.GetResult(option) is not { Implicit: false } result) continue;
            if (option.Arity.MinimumNumberOfValues > result.Tokens.Count) throw new UsageException($"expected argument for flag `{Spelled(option)}'") { IsFlagError = true };
            if (option.Arity.MaximumNumberOfValues < result.Tokens.Count)
                throw new UsageException($"flag `{Spelled(option)}' was given more than once") { IsFlagError = true };
        }

        if (line.UnmatchedTokens.Count > 0) throw new UsageException($"unexpected argument \"{string.Join(' ', line.UnmatchedTokens)}\"");
        CheckRequired(command, line);
        if (line.Errors.Count > 0) throw new UsageException(line.Errors[0].Message) { IsFlagError = true };
    }

    private static void CheckRequired(CfCommand command, ParseResult line)
    {
        var missing = command.Parameters
            .Where(parameter => parameter.IsRequired && line.GetValue(parameter.Argument) is null)
            .Select(parameter => $"`{parameter.Argument.Name}`")
            .ToList();
        if (missing.Count == 0) return;
        var text = missing.Count == 1
            ? $"the required argument {missing[0]} was not provided"
            : $"the required arguments {string.Join(", ", missing.SkipLast(1))} and {missing[^1]} were not provided";
        throw new UsageException(text) { IsFlagError = true };
    }

    private static bool IsFlag(string word) => word.Length > 1 && word[0] == '-';

    private static UsageException UnknownFlag(string word) =>
        new($"unknown flag `{word.TrimStart('-').Split('=')[0]}'") { IsFlagError = true };

    private static string Spelled(Option option) => string.Join(", ", option.Aliases.Order(StringComparer.Ordinal).Append(option.Name));
}

/// <summary>A command line that was understood.</summary>
internal sealed record ParsedCommand(ParseResult Line, bool WantsHelp, bool IsVerbose);
