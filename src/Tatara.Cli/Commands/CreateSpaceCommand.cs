using System.CommandLine;
using Tatara.Cli.Api;
using Tatara.Cli.CommandLine;
using Tatara.Cli.Configuration;

namespace Tatara.Cli.Commands;

internal sealed class CreateSpaceCommand : CfCommand
{
    private readonly Argument<string?> name;
    private readonly Option<string?> organization;

    public CreateSpaceCommand() : base("create-space", "Create a space")
    {
        Alias = "csp";
        Usage = "cf create-space SPACE [-o ORG]";
        RelatedCommands = "spaces, target";
        name = Required("SPACE");
        organization = Value(["-o"], "Organization");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var space = line.GetRequiredValue(name)!;
        var given = line.GetValue(organization);
        var user = given is null ? session.RequireOrganization() : session.RequireLogin();
        var org = session.Config.Organization;
        if (given is not null) org = new NamedGuid((await session.Api.FindOrganizationAsync(given, stop)).Guid, given);

        session.Terminal.Say($"Creating space {space} in org {org.Name} as {user.UserName}...");
        string spaceGuid;
        try
        {
            spaceGuid = (await session.Api.CreateSpaceAsync(space, org.Guid, stop)).Guid;
        }
        catch (ApiException error) when (error.DetailContains("must be unique per organization"))
        {
            session.Terminal.Line($"Space '{space}' already exists.");
            session.Terminal.Ok();
            return ExitCodes.Success;
        }

        session.Terminal.Ok();
        await JoinOrganizationAsync(session, org.Guid, user, stop);
        await GiveRoleAsync(session, "SpaceManager", "space_manager", spaceGuid, (org.Name, space), user, stop);
        await GiveRoleAsync(session, "SpaceDeveloper", "space_developer", spaceGuid, (org.Name, space), user, stop);
        session.Terminal.Line($"TIP: Use 'cf target -o \"{org.Name}\" -s \"{space}\"' to target new space");
        return ExitCodes.Success;
    }

    /// <summary>Only members of an organization can have roles in its spaces; who is one already, or may not say so, goes on.</summary>
    private static async Task JoinOrganizationAsync(Session session, string orgGuid, AccessToken user, CancellationToken stop)
    {
        try
        {
            await session.Api.CreateRoleAsync("organization_user", "organization", orgGuid, user, stop);
        }
        catch (ApiException error) when (error.DetailContains("already has") || error.Status == System.Net.HttpStatusCode.Forbidden)
        {
        }
    }

    private static async Task GiveRoleAsync(
        Session session, string title, string type, string spaceGuid, (string Org, string Space) place, AccessToken user, CancellationToken stop)
    {
        session.Terminal.Say($"Assigning role {title} to user {user.UserName} in org {place.Org} / space {place.Space} as {user.UserName}...");
        try
        {
            await session.Api.CreateRoleAsync(type, "space", spaceGuid, user, stop);
        }
        catch (ApiException error) when (error.DetailContains("already has"))
        {
            session.Terminal.Warn(error.Message);
        }

        session.Terminal.Ok();
    }
}
