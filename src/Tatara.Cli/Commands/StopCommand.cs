using System.CommandLine;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class StopCommand : CfCommand
{
    private readonly Argument<string?> name;

    public StopCommand() : base("stop", "Stop an app")
    {
        Alias = "sp";
        Usage = "cf stop APP_NAME";
        RelatedCommands = "restart, scale, start";
        name = Required("APP_NAME");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var target = session.RequireSpace();
        var app = await session.Api.FindAppAsync(line.GetRequiredValue(name)!, target.Space.Guid, stop);
        if (app.IsStarted)
        {
            session.Terminal.Say($"Stopping app {app.Name} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
            await session.Api.ActAsync(app.Guid, "stop", stop);
        }
        else
        {
            session.Terminal.Say($"App {app.Name} is already stopped.");
        }

        session.Terminal.Ok();
        return ExitCodes.Success;
    }
}
