using System.CommandLine;
using Tatara.Cli.Api;
using Tatara.Cli.CommandLine;
using Tatara.Cli.Configuration;

namespace Tatara.Cli.Commands;

internal sealed class TargetCommand : CfCommand
{
    private readonly Option<string?> organization;
    private readonly Option<string?> space;

    public TargetCommand() : base("target", "Set or view the targeted org or space")
    {
        Alias = "t";
        Usage = "cf target [-o ORG] [-s SPACE]";
        RelatedCommands = "create-org, create-space, login, orgs, spaces";
        organization = Value(["-o"], "Organization");
        space = Value(["-s"], "Space");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var user = session.RequireLogin();
        try
        {
            if (line.GetValue(organization) is { } org) await SetOrganizationAsync(session, org, line.GetValue(space) is null, stop);
            if (line.GetValue(space) is { } name) await SetSpaceAsync(session, name, stop);
        }
        catch (CfException)
        {
            // What could not be targeted must not leave the next command in the place targeted before.
            if (line.GetValue(organization) is not null) session.Config.ForgetTarget();
            else session.Config.Space = NamedGuid.None;
            throw;
        }

        Show(session, user);
        return ExitCodes.Success;
    }

    private static async Task SetOrganizationAsync(Session session, string name, bool alsoOnlySpace, CancellationToken stop)
    {
        var found = await session.Api.FindOrganizationAsync(name, stop);
        session.Config.Organization = new NamedGuid(found.Guid, found.Name);
        session.Config.Space = NamedGuid.None;
        if (!alsoOnlySpace) return;
        if (await session.Api.ListSpacesAsync(found.Guid, null, stop) is [var only])
            session.Config.Space = new NamedGuid(only.Guid, only.Name);
    }

    private static async Task SetSpaceAsync(Session session, string name, CancellationToken stop)
    {
        session.RequireOrganization();
        var found = await session.Api.FindSpaceAsync(name, session.Config.Organization.Guid, stop);
        session.Config.Space = new NamedGuid(found.Guid, found.Name);
    }

    private static void Show(Session session, AccessToken user)
    {
        var config = session.Config;
        List<(string, string)> rows = [("API endpoint:", config.Target), ("API version:", config.ApiVersion), ("user:", user.UserName)];
        if (config.Organization.IsSet) rows.Add(("org:", config.Organization.Name));
        if (config.Space.IsSet) rows.Add(("space:", config.Space.Name));
        session.Terminal.KeyValues(rows);
        if (!config.Organization.IsSet) session.Terminal.Line("No org or space targeted, use 'cf target -o ORG -s SPACE'");
        else if (!config.Space.IsSet) session.Terminal.Line("No space targeted, use 'cf target -s SPACE'");
    }
}
