using System.CommandLine;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class SpacesCommand : CfCommand
{
    private readonly Option<string?> labels;

    public SpacesCommand() : base("spaces", "List all spaces in an org")
    {
        Usage = "cf spaces [--labels SELECTOR]";
        Examples = "cf spaces\ncf spaces --labels 'environment in (production,staging),tier in (backend)'";
        RelatedCommands = "create-space";
        labels = Value(["--labels"], "Selector to filter spaces by labels");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var user = session.RequireOrganization();
        session.Terminal.Say($"Getting spaces in org {session.Config.Organization.Name} as {user.UserName}...");
        session.Terminal.Line();
        var all = await session.Api.ListSpacesAsync(session.Config.Organization.Guid, line.GetValue(labels), stop);
        if (all.Count == 0) session.Terminal.Line("No spaces found.");
        else session.Terminal.Table([["name"], .. all.Select(one => new[] { one.Name })]);
        return ExitCodes.Success;
    }
}
