using System.CommandLine;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class StacksCommand : CfCommand
{
    private readonly Option<string?> labels;

    public StacksCommand() : base(
        "stacks",
        "List all stacks (a stack is a pre-built file system, including an operating system, that can run apps)")
    {
        Usage = "cf stacks [--labels SELECTOR]";
        Examples = "cf stacks\ncf stacks --labels 'environment in (production,staging),tier in (backend)'";
        RelatedCommands = "buildpacks";
        labels = Value(["--labels"], "Selector to filter stacks by labels");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var user = session.RequireLogin();
        session.Terminal.Say($"Getting stacks as {user.UserName}...");
        session.Terminal.Line();
        var all = await session.Api.ListStacksAsync(line.GetValue(labels), stop);
        if (all.Count == 0)
        {
            session.Terminal.Line("No stacks found.");
            return ExitCodes.Success;
        }

        var rows = all.OrderBy(stack => stack.Name, StringComparer.OrdinalIgnoreCase);
        if (all.Any(stack => !string.IsNullOrEmpty(stack.State)))
            session.Terminal.Table([["name", "description", "state"], .. rows.Select(stack => new[] { stack.Name, stack.Description ?? "", stack.State ?? "" })]);
        else
            session.Terminal.Table([["name", "description"], .. rows.Select(stack => new[] { stack.Name, stack.Description ?? "" })]);
        return ExitCodes.Success;
    }
}
