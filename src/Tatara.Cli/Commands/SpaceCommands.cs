using System.CommandLine;
using Tatara.Cli.Api;
using Tatara.Cli.CommandLine;
using Tatara.Cli.Configuration;

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
