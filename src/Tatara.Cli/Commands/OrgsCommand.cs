using System.CommandLine;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class OrgsCommand : CfCommand
{
    private readonly Option<string?> labels;

    public OrgsCommand() : base("orgs", "List all orgs")
    {
        Alias = "o";
        Usage = "cf orgs [--labels SELECTOR]";
        Examples = "cf orgs\ncf orgs --labels 'environment in (production,staging),tier in (backend)'";
        RelatedCommands = "create-org";
        labels = Value(["--labels"], "Selector to filter orgs by labels");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var user = session.RequireLogin();
        session.Terminal.Say($"Getting orgs as {user.UserName}...");
        session.Terminal.Line();
        var all = await session.Api.ListOrganizationsAsync(line.GetValue(labels), stop);
        if (all.Count == 0) session.Terminal.Line("No orgs found.");
        else session.Terminal.Table([["name"], .. all.Select(one => new[] { one.Name })]);
        return ExitCodes.Success;
    }
}
