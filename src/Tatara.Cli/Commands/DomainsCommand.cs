using System.CommandLine;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class DomainsCommand : CfCommand
{
    private static readonly string[] Columns = ["name", "availability", "internal", "protocols"];

    private readonly Option<string?> labels;

    public DomainsCommand() : base("domains", "List domains in the target org")
    {
        Usage = "cf domains";
        Examples = "cf domains\ncf domains --labels 'environment in (production,staging),tier in (backend)'";
        RelatedCommands = "create-route, routes";
        labels = Value(["--labels"], "Selector to filter domains by labels");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var user = session.RequireOrganization();
        session.Terminal.Say($"Getting domains in org {session.Config.Organization.Name} as {user.UserName}...\n");
        var all = await session.Api.ListDomainsAsync(session.Config.Organization.Guid, line.GetValue(labels), stop);
        var rows = all.OrderBy(domain => domain.Name, StringComparer.OrdinalIgnoreCase).Select(domain => new[]
        {
            domain.Name,
            domain.IsPrivate ? "private" : "shared",
            domain.Internal ? "true" : "",
            string.Join(',', domain.SupportedProtocols ?? []),
        });
        if (all.Count == 0) session.Terminal.Line("No domains found.");
        else session.Terminal.Table([Columns, .. rows]);
        return ExitCodes.Success;
    }
}
