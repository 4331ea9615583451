using System.CommandLine;
using Tatara.Cli.Api;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class LogoutCommand : CfCommand
{
    public LogoutCommand() : base("logout", "Log user out") => Alias = "lo";

    public override Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var user = AccessToken.TryRead(session.Config.AccessToken)?.UserName ?? "";
        session.Terminal.Say($"Logging out {user}...");
        session.Config.ForgetLogin();
        session.Terminal.Ok();
        return Task.FromResult(ExitCodes.Success);
    }
}
