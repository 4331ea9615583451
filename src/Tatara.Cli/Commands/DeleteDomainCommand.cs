using System.CommandLine;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

/// <summary>delete-shared-domain and delete-private-domain.</summary>
internal sealed class DeleteDomainCommand : CfCommand
{
    private readonly bool isShared;
    private readonly string kind;
    private readonly Argument<string?> name;
    private readonly Option<bool> force;

    public DeleteDomainCommand(bool isShared) : base(isShared ? "delete-shared-domain" : "delete-private-domain", isShared ? "Delete a shared domain" : "Delete a private domain")
    {
        this.isShared = isShared;
        kind = isShared ? "shared" : "private";
        Alias = isShared ? null : "delete-domain";
        Usage = $"cf {Name} DOMAIN [-f]";
        RelatedCommands = isShared ? "delete-private-domain, domains" : "delete-shared-domain, domains";
        name = Required("DOMAIN");
        force = Flag(["-f"], "Force deletion without confirmation");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var user = session.RequireOrganization();
        var domain = line.GetRequiredValue(name)!;
        var whose = isShared ? "with this domain, in any org," : "with this domain";
        session.Terminal.Line($"Deleting the {kind} domain will remove associated routes which will make apps {whose} unreachable.");
        if (!line.GetValue(force) && !session.Terminal.Confirm($"Really delete the {kind} domain {domain}?"))
        {
            session.Terminal.Line($"'{domain}' has not been deleted.");
            return ExitCodes.Success;
        }

        session.Terminal.Say($"Deleting {kind} domain {domain} as {user.UserName}...");
        if (await session.Api.TryFindDomainAsync(domain, stop) is not { } found)
        {
            session.Terminal.Warn($"Domain '{domain}' does not exist.");
        }
        else if (found.IsPrivate == isShared)
        {
            throw new CfException($"Domain '{domain}' is a {(isShared ? "private" : "shared")} domain, not a {kind} domain.");
        }
        else
        {
            await session.Api.DeleteDomainAsync(found.Guid, stop);
        }

        session.Terminal.Ok();
        return ExitCodes.Success;
    }
}
