using System.CommandLine;
using Tatara.Cli.Api;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class CreateSharedDomainCommand : CfCommand
{
    private readonly Argument<string?> name;
    private readonly Option<string?> group;
    private readonly Option<bool> isInternal;

    public CreateSharedDomainCommand() : base("create-shared-domain", "Create a domain that can be used by all orgs (admin-only)")
    {
        Usage = "cf create-shared-domain DOMAIN [--router-group ROUTER_GROUP_NAME | --internal]";
        RelatedCommands = "create-private-domain, domains, router-groups";
        name = Required("DOMAIN");
        group = Value(["--router-group"], "Routes for this domain will use routers in the specified router group");
        isInternal = Flag(["--internal"], "Applications that use internal routes communicate directly on the container network");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var user = session.RequireLogin();
        var domain = line.GetRequiredValue(name)!;
        session.Terminal.Say($"Creating shared domain {domain} as {user.UserName}...");
        await session.Api.CreateSharedDomainAsync(domain, line.GetValue(isInternal), await GroupAsync(session, line.GetValue(group), stop), stop);
        session.Terminal.Ok();
        session.Terminal.Line($"TIP: Domain '{domain}' is shared with all orgs. Run 'cf domains' to view available domains.");
        return ExitCodes.Success;
    }

    private static async Task<string?> GroupAsync(Session session, string? name, CancellationToken stop)
    {
        if (name is null) return null;
        var groups = await session.Api.ListRouterGroupsAsync(session.Config.RoutingEndpoint, stop);
        return groups.FirstOrDefault(group => group.Name == name)?.Guid ?? throw new NotFoundException($"Router group '{name}' not found.");
    }
}
