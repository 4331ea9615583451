using System.CommandLine;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class AuthCommand : CfCommand
{
    private readonly Argument<string?> username;
    private readonly Argument<string?> password;
    private readonly Option<bool> clientCredentials;
    private readonly Option<string?> origin;

    public AuthCommand() : base("auth", "Authenticate non-interactively")
    {
        Usage = "cf auth USERNAME PASSWORD\ncf auth USERNAME PASSWORD --origin ORIGIN\ncf auth CLIENT_ID CLIENT_SECRET --client-credentials\n\n"
            + "ENVIRONMENT VARIABLES:\n   CF_USERNAME=user          Authenticating user. Overridden if USERNAME argument is provided.\n"
            + "   CF_PASSWORD=password      Password associated with user. Overridden if PASSWORD argument is provided.\n\n"
            + "WARNING:\n   Providing your password as a command line option is highly discouraged\n"
            + "   Your password may be visible to others and may be recorded in your shell history\n"
            + "   Consider using the CF_PASSWORD environment variable instead";
        Examples = "cf auth name@example.com \"my password\" (use quotes for passwords with a space)\n"
            + "cf auth name@example.com \"\\\"password\\\"\" (escape quotes if used in password)";
        RelatedCommands = "api, login, target";
        username = Optional("USERNAME");
        password = OptionalVerbatim("PASSWORD");
        clientCredentials = Flag(["--client-credentials"], "Use (non-user) service account (also called client credentials)");
        origin = Value(["--origin"], "Indicates the identity provider to be used for authentication");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var byClient = line.GetValue(clientCredentials);
        if (byClient && line.GetValue(origin) is not null)
            throw new UsageException("The following arguments cannot be used together: --client-credentials, --origin");
        var name = line.GetValue(username) ?? session.Environment.Username;
        var secret = line.GetValue(password) ?? session.Environment.Password;
        if (name is null || secret is null) throw new UsageException(Missing(name, secret));
        if (session.Config.Target.Length == 0)
            throw new CfException("No API endpoint set. Use 'cf login' or 'cf api' to target an endpoint.");
        if (!byClient) LoginCommand.RequireUserLogin(session.Config);

        session.Terminal.Say($"API endpoint: {session.Config.Target}");
        session.Terminal.Line("\nAuthenticating...");
        var grantType = byClient ? "client_credentials" : "password";
        var credentials = byClient
            ? new Dictionary<string, string> { ["client_id"] = name, ["client_secret"] = secret }
            : new Dictionary<string, string> { ["username"] = name, ["password"] = secret };
        UserLogin.Keep(session.Config, grantType, await session.Uaa.LogInAsync(grantType, credentials, line.GetValue(origin), stop));
        if (byClient) (session.Config.Client, session.Config.ClientSecret) = (name, secret);
        session.Terminal.Ok();
        session.Terminal.Say($"Use '{"cf target"}' to view or set your target org and space.");
        return ExitCodes.Success;
    }

    private static string Missing(string? name, string? secret) => (name, secret) switch
    {
        (null, null) => "Username and password not provided.",
        (null, _) => "Username not provided.",
        _ => "Password not provided.",
    };
}
