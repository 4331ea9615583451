using System.CommandLine;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class RouterGroupsCommand : CfCommand
{
    public RouterGroupsCommand() : base("router-groups", "List router groups")
    {
        Usage = "cf router-groups";
        RelatedCommands = "create-shared-domain, domains";
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var user = session.RequireLogin();
        session.Terminal.Say($"Getting router groups as {user.UserName}...\n");
        var groups = await session.Api.ListRouterGroupsAsync(session.Config.RoutingEndpoint, stop);
        if (groups.Count == 0) session.Terminal.Line("No router groups found.");
        else session.Terminal.Table([["name", "type"], .. groups.Select(group => new[] { group.Name, group.Type })]);
        return ExitCodes.Success;
    }
}
