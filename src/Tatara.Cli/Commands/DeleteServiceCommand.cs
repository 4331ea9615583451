using System.CommandLine;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class DeleteServiceCommand : CfCommand
{
    private readonly Argument<string?> name;
    private readonly Option<bool> force;

    public DeleteServiceCommand() : base("delete-service", "Delete a service instance")
    {
        Alias = "ds";
        Usage = "cf delete-service SERVICE_INSTANCE [-f]";
        RelatedCommands = "create-user-provided-service, unbind-route-service";
        name = Required("SERVICE_INSTANCE");
        force = Flag(["-f"], "Force deletion without confirmation");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var service = line.GetRequiredValue(name)!;
        var target = session.RequireSpace();
        if (!line.GetValue(force) && !session.Terminal.Confirm($"Really delete the service instance {service}?"))
        {
            session.Terminal.Line("Delete cancelled");
            return ExitCodes.Success;
        }

        session.Terminal.Say($"Deleting service instance {service} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        if (await session.Api.TryFindServiceInstanceAsync(service, target.Space.Guid, stop) is { } found) await session.Api.DeleteServiceInstanceAsync(found.Guid, stop);
        else session.Terminal.Line($"Service instance '{service}' did not exist.");
        session.Terminal.Ok();
        return ExitCodes.Success;
    }
}
