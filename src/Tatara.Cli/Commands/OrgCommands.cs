using System.CommandLine;
using Tatara.Cli.Api;
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

internal sealed class CreateOrgCommand : CfCommand
{
    private readonly Argument<string?> name;

    public CreateOrgCommand() : base("create-org", "Create an org")
    {
        Alias = "co";
        Usage = "cf create-org ORG";
        RelatedCommands = "create-space, orgs";
        name = Required("ORG");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var user = session.RequireLogin();
        var org = line.GetRequiredValue(name)!;
        session.Terminal.Say($"Creating org {org} as {user.UserName}...");
        try
        {
            await session.Api.CreateOrganizationAsync(org, stop);
        }
        catch (ApiException error) when (error.DetailContains("already exists"))
        {
            session.Terminal.Line(error.Message);
            session.Terminal.Ok();
            return ExitCodes.Success;
        }

        session.Terminal.Ok();
        session.Terminal.Line($"TIP: Use 'cf target -o \"{org}\"' to target new org");
        return ExitCodes.Success;
    }
}

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
