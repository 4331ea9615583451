using System.CommandLine;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class ServicesCommand : CfCommand
{
    private readonly Option<bool> noApps;

    public ServicesCommand() : base("services", "List all service instances in the target space")
    {
        Alias = "s";
        Usage = "cf services";
        RelatedCommands = "create-user-provided-service";
        noApps = Flag(["--no-apps"], "Do not retrieve bound apps information.");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var target = session.RequireSpace();
        session.Terminal.Say($"Getting service instances in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...\n");
        var all = await session.Api.ListServiceInstancesAsync(target.Space.Guid, stop);
        if (all.Count == 0)
        {
            session.Terminal.Line("No service instances found.");
            return ExitCodes.Success;
        }

        // Services of users have no plan and no broker, and no app is bound to one here.
        var apps = !line.GetValue(noApps);
        session.Terminal.Table(
        [
            ["name", "offering", "plan", .. Column(apps, "bound apps"), "last operation", "broker", "upgrade available"],
            .. all.Select(service => (string[])[service.Name, service.Type ?? "", "", .. Column(apps, ""), service.LastOperationText, "", ""]),
        ]);
        return ExitCodes.Success;
    }

    private static string[] Column(bool isShown, string text) => isShown ? [text] : [];
}
