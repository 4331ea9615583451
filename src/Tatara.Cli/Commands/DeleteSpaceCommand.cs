using System.CommandLine;
using Tatara.Cli.CommandLine;
using Tatara.Cli.Configuration;

namespace Tatara.Cli.Commands;

internal sealed class DeleteSpaceCommand : CfCommand
{
    private readonly Argument<string?> name;
    private readonly Option<string?> organization;
    private readonly Option<bool> force;

    public DeleteSpaceCommand() : base("delete-space", "Delete a space")
    {
        Usage = "cf delete-space SPACE [-o ORG] [-f]";
        name = Required("SPACE");
        force = Flag(["-f"], "Force deletion without confirmation");
        organization = Value(["-o"], "Delete space within specified org");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var space = line.GetRequiredValue(name)!;
        var given = line.GetValue(organization);
        var user = given is null ? session.RequireOrganization() : session.RequireLogin();
        var org = given ?? session.Config.Organization.Name;
        if (!line.GetValue(force) && !Confirm(session, space)) return ExitCodes.Success;

        session.Terminal.Say($"Deleting space {space} in org {org} as {user.UserName}...");
        var orgGuid = given is null ? session.Config.Organization.Guid : (await session.Api.FindOrganizationAsync(given, stop)).Guid;
        if (await session.Api.TryFindSpaceAsync(space, orgGuid, stop) is { } found) await session.Api.DeleteSpaceAsync(found.Guid, stop);
        else session.Terminal.Warn($"Space '{space}' does not exist.");
        session.Terminal.Ok();
        if (session.Config.Organization.Name != org || session.Config.Space.Name != space) return ExitCodes.Success;
        session.Config.Space = NamedGuid.None;
        session.Terminal.Line("TIP: No space targeted, use 'cf target -s' to target a space.");
        return ExitCodes.Success;
    }

    private static bool Confirm(Session session, string space)
    {
        session.Terminal.Line(
            "This action impacts all resources scoped to this space, including apps, service instances, and space-scoped service brokers.");
        if (session.Terminal.Confirm($"Really delete the space {space}?")) return true;
        session.Terminal.Line($"'{space}' has not been deleted.");
        return false;
    }
}
