using System.Runtime.InteropServices;
using Tatara.Cli.Configuration;
using Tatara.Cli.Terminal;

namespace Tatara.Cli.CommandLine;

/// <summary>One run of `cf`: finds the verb, parses, runs, and turns failures into messages and exit codes.</summary>
internal sealed class CfProgram(Func<string, string?> environment)
{
    public async Task<int> RunAsync(string[] args)
    {
        var settings = new CfEnvironment(environment);
        var file = CfConfigFile.OfUser(environment);
        var config = new Lazy<CfConfig>(file.Load);
        var terminal = new SystemTerminal(settings.Color);
        try
        {
            return await DispatchAsync(args, verbose => new Session(terminal, settings, file, config, verbose), terminal);
        }
        finally
        {
            if (config.IsValueCreated) Save(file, config.Value, terminal);
        }
    }

    private static async Task<int> DispatchAsync(string[] args, Func<bool, Session> open, SystemTerminal terminal)
    {
        var verbose = args is ["-v", _, ..];
        var words = verbose ? args[1..] : args;
        var verb = words.FirstOrDefault() switch
        {
            null or "-h" or "--help" => "help",
            "-v" or "--version" => "version",
            var word => word,
        };
        if (CommandList.TryMake(verb) is not { } command) return Unknown(verb, terminal);
        return await RunAsync(command, words.Skip(1).ToArray(), verbose, open, terminal);
    }

    private static async Task<int> RunAsync(CfCommand command, string[] words, bool verbose, Func<bool, Session> open, SystemTerminal terminal)
    {
        using var interrupt = new CancellationTokenSource();
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Interrupt(context, interrupt, terminal));
        try
        {
            var parsed = CommandParser.Parse(command, words);
            if (parsed.WantsHelp)
            {
                HelpText.Show(terminal, command);
                return ExitCodes.Success;
            }

            return await command.RunAsync(open(verbose || parsed.IsVerbose), parsed.Line, interrupt.Token);
        }
        catch (UsageException error)
        {
            if (error.IsFlagError) terminal.Complain(error.Message + "\n");
            else terminal.Fail(error.Message + "\n");
            HelpText.Show(terminal, command);
        }
        catch (CfException error)
        {
            terminal.Fail(error.Message);
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }

        return ExitCodes.Failure;
    }

    /// <summary>The first Ctrl-C lets the command clean up; a second, or one at a question, leaves at once.</summary>
    private static void Interrupt(PosixSignalContext context, CancellationTokenSource interrupt, SystemTerminal terminal)
    {
        if (terminal.IsAsking || interrupt.IsCancellationRequested) Environment.Exit(ExitCodes.Interrupted);
        context.Cancel = true;
        interrupt.Cancel();
    }

    private static int Unknown(string verb, SystemTerminal terminal)
    {
        var message = $"'{verb}' is not a registered command. See 'cf help -a'";
        var near = Suggestions.For(verb, CommandList.Names);
        if (near.Count > 0) message += "\n\nDid you mean?\n    " + string.Join("\n    ", near);
        terminal.Complain(message);
        return ExitCodes.Failure;
    }

    private static void Save(CfConfigFile file, CfConfig config, SystemTerminal terminal)
    {
        try
        {
            file.Save(config);
        }
        catch (CfException error)
        {
            terminal.Complain(error.Message);
        }
    }
}
