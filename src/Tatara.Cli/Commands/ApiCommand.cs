using System.CommandLine;
using Tatara.Cli.Api;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class ApiCommand : CfCommand
{
    private readonly Argument<string?> url;
    private readonly Option<bool> skipSslValidation;
    private readonly Option<bool> unset;

    public ApiCommand() : base("api", "Set or view target api url")
    {
        Usage = "cf api [URL]";
        RelatedCommands = "auth, login, target";
        url = Optional("URL");
        skipSslValidation = Flag(["--skip-ssl-validation"], "Skip verification of the API endpoint. Not recommended!");
        unset = Flag(["--unset"], "Remove all api endpoint targeting");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        if (line.GetValue(unset)) Unset(session);
        else if (line.GetValue(url) is { } given) await SetAsync(session, given, line.GetValue(skipSslValidation), stop);
        else Show(session);
        return ExitCodes.Success;
    }

    private static void Unset(Session session)
    {
        session.Terminal.Line("Unsetting API endpoint...");
        ApiTarget.Forget(session.Config);
        session.Terminal.Ok();
    }

    private static async Task SetAsync(Session session, string given, bool skipSslValidation, CancellationToken stop)
    {
        session.Terminal.Say($"Setting API endpoint to {given}...");
        await ApiTarget.SetAsync(session, given, skipSslValidation, stop);
        session.Terminal.Ok();
        Show(session);
    }

    private static void Show(Session session)
    {
        if (session.Config.Target.Length == 0)
        {
            session.Terminal.Line("No API endpoint set. Use 'cf api' to set an endpoint");
            return;
        }

        session.Terminal.KeyValues([("API endpoint:", session.Config.Target), ("API version:", session.Config.ApiVersion)]);
        if (AccessToken.TryRead(session.Config.AccessToken) is not null) return;
        session.Terminal.Line();
        session.Terminal.Line("Not logged in. Use 'cf login' or 'cf login --sso' to log in.");
    }
}
