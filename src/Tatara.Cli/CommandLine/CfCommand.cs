using System.CommandLine;

namespace Tatara.Cli.CommandLine;

/// <summary>One verb: what it takes, what its help says, and what it does.</summary>
internal abstract class CfCommand(string name, string description)
{
    private readonly List<Parameter> parameters = [];
    private readonly List<Option> options = [];

    public string Name => name;

    public string Description => description;

    public string? Alias { get; protected init; }

    /// <summary>Without the leading indent; further lines bring their own.</summary>
    public string Usage { get; protected init; } = $"cf {name}";

    public string? Examples { get; protected init; }

    public string? RelatedCommands { get; protected init; }

    public IReadOnlyList<(string Variable, string Description)> EnvironmentVariables { get; protected init; } = [];

    public IReadOnlyList<Parameter> Parameters => parameters;

    public IReadOnlyList<Option> Options => options;

    /// <returns>The exit code.</returns>
    public abstract Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop);

    protected Argument<string?> Required(string label) => Add(label, required: true, verbatim: false);

    protected Argument<string?> Optional(string label) => Add(label, required: false, verbatim: false);

    /// <summary>A required argument that may start with a dash.</summary>
    protected Argument<string?> RequiredVerbatim(string label) => Add(label, required: true, verbatim: true);

    /// <summary>As <see cref="RequiredVerbatim"/>, and may be left out.</summary>
    protected Argument<string?> OptionalVerbatim(string label) => Add(label, required: false, verbatim: true);

    /// <param name="names">Long one first.</param>
    protected Option<bool> Flag(string[] names, string text) => Add(new Option<bool>(names[0], names[1..]) { Description = text, Arity = ArgumentArity.Zero });

    protected Option<string?> Value(string[] names, string text) => Add(new Option<string?>(names[0], names[1..]) { Description = text, Arity = ArgumentArity.ExactlyOne });

    protected Option<string[]> Values(string[] names, string text) =>
        Add(new Option<string[]>(names[0], names[1..]) { Description = text, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false });

    private Argument<string?> Add(string label, bool required, bool verbatim)
    {
        var argument = new Argument<string?>(label) { Arity = ArgumentArity.ZeroOrOne };
        parameters.Add(new Parameter(argument, required, verbatim));
        return argument;
    }

    private T Add<T>(T option) where T : Option
    {
        options.Add(option);
        return option;
    }
}

/// <summary>A positional argument.</summary>
/// <param name="IsVerbatim">A leading dash is part of the value and does not make it an option.</param>
internal sealed record Parameter(Argument<string?> Argument, bool IsRequired, bool IsVerbatim);
