using System.CommandLine;
using Tatara.Cli.Api;
using Tatara.Cli.Api.Records;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class ServiceCommand : CfCommand
{
    private const string Indent = "   ";

    private readonly Argument<string?> name;
    private readonly Option<bool> guid;

    public ServiceCommand() : base("service", "Show service instance info")
    {
        Usage = "cf service SERVICE_INSTANCE";
        RelatedCommands = "create-user-provided-service, services";
        name = Required("SERVICE_INSTANCE");
        guid = Flag(["--guid"], "Retrieve and display the given service instances's guid. All other output is suppressed.");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var target = session.RequireSpace();
        var service = line.GetRequiredValue(name)!;
        if (line.GetValue(guid))
        {
            session.Terminal.Line((await FindAsync(session, service, target, stop)).Guid);
            return ExitCodes.Success;
        }

        session.Terminal.Say($"Showing info of service {service} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...\n");
        Show(session, await FindAsync(session, service, target, stop));
        return ExitCodes.Success;
    }

    private static async Task<ServiceInstance> FindAsync(Session session, string name, Target target, CancellationToken stop) =>
        await session.Api.TryFindServiceInstanceAsync(name, target.Space.Guid, stop) ?? throw new NotFoundException($"Service instance '{name}' not found");

    private static void Show(Session session, ServiceInstance service)
    {
        session.Terminal.KeyValues(
        [
            ("name:", service.Name),
            ("guid:", service.Guid),
            ("type:", service.Type ?? ""),
            ("tags:", string.Join(", ", service.Tags ?? [])),
            ("route service url:", service.RouteServiceUrl ?? ""),
            ("syslog drain url:", service.SyslogDrainUrl ?? ""),
        ]);
        session.Terminal.Line("\nShowing status of last operation:");
        session.Terminal.Table(
        [
            ["status:", service.LastOperationText],
            ["message:", service.LastOperation?.Description ?? ""],
            ["started:", service.LastOperation?.CreatedAt ?? ""],
            ["updated:", service.LastOperation?.UpdatedAt ?? ""],
        ], prefix: Indent, boldHeader: false);
        session.Terminal.Line($"\nShowing bound apps:\n{Indent}There are no bound apps for this service instance.\n");
    }
}
