using System.CommandLine;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class SetEnvCommand : CfCommand
{
    private readonly Argument<string?> name;
    private readonly Argument<string?> variable;
    private readonly Argument<string?> value;

    public SetEnvCommand() : base("set-env", "Set an env variable for an app")
    {
        Alias = "se";
        Usage = "cf set-env APP_NAME ENV_VAR_NAME ENV_VAR_VALUE";
        RelatedCommands = "apps, env, restart, unset-env";
        name = Required("APP_NAME");
        variable = Required("ENV_VAR_NAME");
        value = RequiredVerbatim("ENV_VAR_VALUE");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var target = session.RequireSpace();
        var appName = line.GetRequiredValue(name)!;
        var key = line.GetRequiredValue(variable)!;
        session.Terminal.Say(
            $"Setting env variable {key} for app {appName} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        var app = await session.Api.FindAppAsync(appName, target.Space.Guid, stop);
        await session.Api.SetEnvironmentVariableAsync(app.Guid, key, line.GetRequiredValue(value)!, stop);
        session.Terminal.Ok();
        session.Terminal.Line($"TIP: Use 'cf restage {appName}' to ensure your env variable changes take effect.");
        return ExitCodes.Success;
    }
}
