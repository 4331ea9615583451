using System.CommandLine;
using Tatara.Cli.CommandLine;
using Tatara.Cli.Terminal;

namespace Tatara.Cli.Commands;

internal sealed class HelpCommand : CfCommand
{
    private static readonly (string Title, string[][] Rows)[] Common =
    [
        ("Before getting started:", [["api", "login,l", "target,t"], ["help,h", "logout,lo", "auth"]]),
        ("Application lifecycle:", [
            ["apps,a", "logs", "set-env,se"], ["push,p", "app", "unset-env,ue"], ["start,st", "env,e", "events"],
            ["stop,sp", "scale", "delete,d"], ["restart,rs", "restage,rg", ""]]),
        ("Route and domain management:", [["routes,r", "delete-route", "domains"], ["map-route", "unmap-route", "create-route"]]),
        ("Space management:", [["spaces", "create-space,csp", "delete-space"]]),
        ("Org management:", [["orgs,o", "create-org,co", "delete-org"]]),
        ("Platform:", [["buildpacks", "stacks", "curl", "oauth-token"]]),
    ];

    private static readonly (string Title, string[] Names)[] Full =
    [
        ("GETTING STARTED:", ["help", "version", "login", "logout", "target", "api", "auth"]),
        ("APPS:", [
            "apps", "app", "push", "scale", "delete", "start", "stop", "restart", "restage", "events", "logs", "env", "set-env", "unset-env", "stacks"]),
        ("ORGS:", ["orgs", "create-org", "delete-org"]),
        ("SPACES:", ["spaces", "create-space", "delete-space"]),
        ("DOMAINS:", ["domains", "create-private-domain", "delete-private-domain", "create-shared-domain", "delete-shared-domain", "router-groups"]),
        ("ROUTES:", ["routes", "create-route", "update-route", "map-route", "unmap-route", "delete-route"]),
        ("SERVICES:", ["services", "service", "create-user-provided-service", "delete-service", "bind-route-service", "unbind-route-service"]),
        ("BUILDPACKS:", ["buildpacks"]),
        ("ADVANCED:", ["curl", "oauth-token"]),
    ];

    private static readonly string[][] GlobalOptions =
        [["--help, -h", "Show help"], ["-v", "Print API request diagnostics to stdout"]];

    private static readonly string[][] Variables =
    [
        ["CF_COLOR=false", "Do not colorize output"],
        ["CF_DIAL_TIMEOUT=6", "Max wait time to establish a connection, including name resolution, in seconds"],
        ["CF_HOME=path/to/dir/", "Override path to default config directory"],
        ["CF_STAGING_TIMEOUT=15", "Max wait time for staging, in minutes"],
        ["CF_STARTUP_TIMEOUT=5", "Max wait time for app instance startup, in minutes"],
        ["CF_TRACE=true", "Print API request diagnostics to stdout"],
        ["CF_TRACE=path/to/trace.log", "Append API request diagnostics to a log file"],
        ["SSL_CERT_FILE=path/to/ca.crt", "Trust the CA certificates in this file"],
        ["https_proxy=proxy.example.com:8080", "Enable proxying for HTTP requests"],
    ];

    private readonly Argument<string?> command;
    private readonly Option<bool> all;

    public HelpCommand() : base("help", "Show help")
    {
        Alias = "h";
        Usage = "cf help [COMMAND]";
        command = Optional("COMMAND");
        all = Flag(["-a"], "All available CLI commands");
    }

    public override Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        if (line.GetValue(command) is { } name) ShowCommand(session.Terminal, name);
        else if (line.GetValue(all)) ShowAll(session.Terminal);
        else ShowCommon(session.Terminal);
        return Task.FromResult(ExitCodes.Success);
    }

    private static void ShowCommand(ITerminal terminal, string name) =>
        HelpText.Show(terminal, CommandList.TryMake(name) ?? throw new CfException($"'{name}' is not a registered command. See 'cf help -a'"));

    private static void ShowCommon(ITerminal terminal)
    {
        terminal.Line($"cf version {CfVersion.Text}, Cloud Foundry command line tool");
        terminal.Line("Usage: cf [global options] command [arguments...] [command options]\n");
        foreach (var (title, rows) in Common)
        {
            terminal.Header(title);
            terminal.Table(rows, "  ", gap: 4, boldHeader: false);
            terminal.Line();
        }

        terminal.Header("Global options:");
        terminal.Table(GlobalOptions, "  ", gap: 25, boldHeader: false);
        terminal.Line();
        terminal.Say($"TIP: Use '{"cf help -a"}' to see all commands.");
    }

    private static void ShowAll(ITerminal terminal)
    {
        terminal.Header("NAME:");
        terminal.Line("   cf - A command line tool to interact with Cloud Foundry\n");
        terminal.Header("USAGE:");
        terminal.Line("   cf [global options] command [arguments...] [command options]\n");
        terminal.Header("VERSION:");
        terminal.Line($"   {CfVersion.Text}\n");
        foreach (var (title, names) in Full)
        {
            terminal.Header(title);
            foreach (var name in names) terminal.Line($"   {name,-15}{CommandList.TryMake(name)!.Description}");
            terminal.Line();
        }

        terminal.Header("ENVIRONMENT VARIABLES:");
        terminal.Table(Variables, "   ", boldHeader: false);
        terminal.Line();
        terminal.Header("GLOBAL OPTIONS:");
        terminal.Table(GlobalOptions, "   ", gap: 25, boldHeader: false);
    }
}
