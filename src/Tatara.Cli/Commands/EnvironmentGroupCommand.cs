using System.CommandLine;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

/// <summary>Shows the variables that every app gets while it runs, or while it is staged.</summary>
internal sealed class EnvironmentGroupCommand : CfCommand
{
    private readonly string group;

    /// <param name="group">running or staging.</param>
    public EnvironmentGroupCommand(string group, string other, string alias)
        : base($"{group}-environment-variable-group", $"Retrieve the contents of the {group} environment variable group")
    {
        this.group = group;
        Alias = alias;
        RelatedCommands = $"env, {other}-environment-variable-group";
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var user = session.RequireLogin();
        session.Terminal.Line($"Getting the {group} environment variable group as {session.Terminal.Paint(user.UserName, Terminal.Paint.BoldCyan)}...");
        session.Terminal.Line();
        var variables = await session.Api.GetEnvironmentGroupAsync(group, stop);
        if (variables.Count == 0) session.Terminal.Line($"No {group} environment variable group has been set.");
        else session.Terminal.Table([["variable name", "assigned value"], .. variables.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => new[] { one.Key, one.Value })]);
        return ExitCodes.Success;
    }
}
