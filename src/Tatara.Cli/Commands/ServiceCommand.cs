using System.CommandLine;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class ServiceCommand : CfCommand
{
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
        var service = await session.Api.FindServiceInstanceAsync(line.GetRequiredValue(name)!, target.Space.Guid, stop);
        if (line.GetValue(guid))
        {
            session.Terminal.Line(service.Guid);
            return ExitCodes.Success;
        }

        session.Terminal.Say($"Showing info of service {service.Name} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...\n");
        session.Terminal.KeyValues(
        [
            ("name:", service.Name),
            ("guid:", service.Guid),
            ("type:", service.Type ?? ""),
            ("tags:", string.Join(", ", service.Tags ?? [])),
            ("route service url:", service.RouteServiceUrl ?? ""),
            ("syslog drain url:", service.SyslogDrainUrl ?? ""),
        ]);
        return ExitCodes.Success;
    }
}
