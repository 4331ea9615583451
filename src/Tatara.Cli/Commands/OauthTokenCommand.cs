using System.CommandLine;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class OauthTokenCommand : CfCommand
{
    public OauthTokenCommand() : base("oauth-token", "Display the OAuth token for the current session, refreshed when it is about to expire")
    {
        Usage = "cf oauth-token";
        RelatedCommands = "auth, curl";
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        session.RequireLogin();
        session.Terminal.Line(await session.AccessTokenAsync(stop) ?? throw new CfException("Not logged in. Use 'cf login' or 'cf login --sso' to log in."));
        return ExitCodes.Success;
    }
}
