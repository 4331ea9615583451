using System.CommandLine;
using Tatara.Cli.Api;
using Tatara.Cli.Api.Records;
using Tatara.Cli.CommandLine;
using Tatara.Cli.Configuration;

namespace Tatara.Cli.Commands;

internal sealed class LoginCommand : CfCommand
{
    private const int MaxTries = 3;

    private readonly Option<string?> endpoint;
    private readonly Option<string?> username;
    private readonly Option<string?> password;
    private readonly Option<string?> organization;
    private readonly Option<string?> space;
    private readonly Option<bool> skipSslValidation;
    private readonly Option<bool> sso;
    private readonly Option<string?> passcode;
    private readonly Option<string?> origin;

    public LoginCommand() : base("login", "Log user in")
    {
        Alias = "l";
        Usage = "cf login [-a API_URL] [-u USERNAME] [-p PASSWORD] [-o ORG] [-s SPACE] [--sso | --sso-passcode PASSCODE] [--origin ORIGIN]\n\n"
            + "WARNING:\n   Providing your password as a command line option is highly discouraged\n"
            + "   Your password may be visible to others and may be recorded in your shell history";
        Examples = "cf login (omit username and password to login interactively -- cf will prompt for both)\n"
            + "cf login -u name@example.com -p pa55woRD (specify username and password as arguments)\n"
            + "cf login -u name@example.com -p \"my password\" (use quotes for passwords with a space)\n"
            + "cf login -u name@example.com -p \"\\\"password\\\"\" (escape quotes if used in password)\n"
            + "cf login --sso (cf will provide a url to obtain a one-time passcode to login)";
        RelatedCommands = "api, auth, target";
        endpoint = Value(["-a"], "API endpoint (e.g. https://api.example.com)");
        organization = Value(["-o"], "Org");
        password = Value(["-p"], "Password");
        space = Value(["-s"], "Space");
        skipSslValidation = Flag(["--skip-ssl-validation"], "Skip verification of the API endpoint. Not recommended!");
        sso = Flag(["--sso"], "Prompt for a one-time passcode to login");
        passcode = Value(["--sso-passcode"], "One-time passcode");
        username = Value(["-u"], "Username");
        origin = Value(["--origin"], "Indicates the identity provider to be used for login");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        RequireUserLogin(session.Config);
        if (line.GetValue(sso) && line.GetValue(passcode) is not null)
            throw new UsageException("The following arguments cannot be used together: --sso-passcode, --sso");
        await TargetApiAsync(session, line, stop);
        session.Terminal.Line();
        try
        {
            await AuthenticateAsync(session, line, stop);
            session.SaveConfig();
            await new TargetChooser(session, line.GetValue(organization), line.GetValue(space)).ChooseAsync(stop);
        }
        finally
        {
            ShowStatus(session);
        }

        return ExitCodes.Success;
    }

    /// <summary>A login of a client must be ended before a user's begins, because they are renewed in different ways.</summary>
    public static void RequireUserLogin(CfConfig config)
    {
        if (config.GrantType == "client_credentials")
            throw new CfException("Service account currently logged in. Use 'cf logout' to log out service account and try again.");
    }

    private async Task TargetApiAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var given = line.GetValue(endpoint);
        var skip = line.GetValue(skipSslValidation);
        if (given is null && session.Config.Target.Length > 0)
        {
            given = session.Config.Target;
            skip |= session.Config.SkipSslValidation;
        }

        if (given is null) given = session.Terminal.Ask("API endpoint");
        else session.Terminal.Say($"API endpoint: {given}");
        await ApiTarget.SetAsync(session, given, skip, stop);
    }

    private async Task AuthenticateAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var credentials = new Credentials(session.Terminal, await session.Uaa.GetPromptsAsync(stop))
        {
            Username = line.GetValue(username),
            Password = line.GetValue(password),
            Passcode = line.GetValue(passcode),
            UsesPasscode = line.GetValue(sso) || line.GetValue(passcode) is not null,
        };
        for (var attempt = 1; attempt <= MaxTries; attempt++)
        {
            var answers = credentials.Ask();
            session.Terminal.Line("\nAuthenticating...");
            try
            {
                UserLogin.Keep(session.Config, "password", await session.Uaa.LogInAsync("password", answers, line.GetValue(origin), stop));
                session.Terminal.Ok();
                return;
            }
            catch (UaaException error)
            {
                session.Terminal.Warn(error.Message + "\n");
                if (error.IsLocked) break;
            }
        }

        throw new CfException("Unable to authenticate.");
    }

    private static void ShowStatus(Session session)
    {
        var config = session.Config;
        List<(string, string)> rows = [("API endpoint:", config.Target), ("API version:", config.ApiVersion)];
        if (AccessToken.TryRead(config.AccessToken) is not { } user)
        {
            session.Terminal.KeyValues(rows);
            session.Terminal.Line("Not logged in. Use 'cf login' or 'cf login --sso' to log in.");
            return;
        }

        rows.Add(("user:", user.UserName));
        if (!config.Organization.IsSet)
        {
            session.Terminal.KeyValues(rows);
            session.Terminal.Line("No org or space targeted, use 'cf target -o ORG -s SPACE'");
            return;
        }

        rows.Add(("org:", config.Organization.Name));
        rows.Add(("space:", config.Space.IsSet ? config.Space.Name : "No space targeted, use 'cf target -s SPACE'"));
        session.Terminal.KeyValues(rows);
    }
}

/// <summary>Writes a successful login down.</summary>
internal static class UserLogin
{
    public static void Keep(CfConfig config, string grantType, TokenResponse tokens)
    {
        config.ForgetTarget();
        config.AccessToken = $"bearer {tokens.AccessToken}";
        config.RefreshToken = tokens.RefreshToken ?? "";
        config.GrantType = grantType == "password" ? "" : grantType;
    }
}
