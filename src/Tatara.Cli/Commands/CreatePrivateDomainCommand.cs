using System.CommandLine;
using Tatara.Cli.Api;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class CreatePrivateDomainCommand : CfCommand
{
    private readonly Argument<string?> org;
    private readonly Argument<string?> name;

    public CreatePrivateDomainCommand() : base("create-private-domain", "Create a private domain for a specific org")
    {
        Alias = "create-domain";
        Usage = "cf create-private-domain ORG DOMAIN";
        RelatedCommands = "create-shared-domain, domains";
        org = Required("ORG");
        name = Required("DOMAIN");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var user = session.RequireLogin();
        var domain = line.GetRequiredValue(name)!;
        var owner = line.GetRequiredValue(org)!;
        session.Terminal.Say($"Creating private domain {domain} for org {owner} as {user.UserName}...");
        try
        {
            await session.Api.CreatePrivateDomainAsync(domain, (await session.Api.FindOrganizationAsync(owner, stop)).Guid, stop);
        }
        catch (ApiException error) when (error.DetailContains($"The domain name \"{domain}\" is already in use"))
        {
            session.Terminal.Warn(error.Message);
            session.Terminal.Ok();
            return ExitCodes.Success;
        }

        session.Terminal.Ok();
        session.Terminal.Line($"TIP: Domain '{domain}' is a private domain. Run 'cf share-private-domain' to share this domain with a different org.");
        return ExitCodes.Success;
    }
}
