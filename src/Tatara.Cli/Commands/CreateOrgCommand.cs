using System.CommandLine;
using Tatara.Cli.Api;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

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
