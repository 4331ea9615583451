using System.CommandLine;
using Tatara.Cli.Api;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class DeleteOrgCommand : CfCommand
{
    private readonly Argument<string?> name;
    private readonly Option<bool> force;

    public DeleteOrgCommand() : base("delete-org", "Delete an org")
    {
        Usage = "cf delete-org ORG [-f]";
        RelatedCommands = "create-org, orgs";
        name = Required("ORG");
        force = Flag(["-f"], "Force deletion without confirmation");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var user = session.RequireLogin();
        var org = line.GetRequiredValue(name)!;
        if (!line.GetValue(force) && !session.Terminal.Confirm(
            $"Really delete the org {org}, including its spaces, apps, service instances, routes, private domains and space-scoped service brokers?"))
        {
            session.Terminal.Line($"Organization '{org}' has not been deleted.");
            return ExitCodes.Success;
        }

        session.Terminal.Say($"Deleting org {org} as {user.UserName}...");
        try
        {
            await session.Api.DeleteOrganizationAsync((await session.Api.FindOrganizationAsync(org, stop)).Guid, stop);
        }
        catch (NotFoundException)
        {
            session.Terminal.Warn($"Org '{org}' does not exist.");
        }

        session.Terminal.Ok();
        if (session.Config.Organization.Name != org) return ExitCodes.Success;
        session.Terminal.Line("TIP: No org or space targeted, use 'cf target -o ORG -s SPACE' to target an org and space.");
        session.Config.ForgetTarget();
        return ExitCodes.Success;
    }
}
