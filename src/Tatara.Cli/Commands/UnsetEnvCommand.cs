using System.CommandLine;
using System.Text.Json;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class UnsetEnvCommand : CfCommand
{
    private readonly Argument<string?> name;
    private readonly Argument<string?> variable;

    public UnsetEnvCommand() : base("unset-env", "Remove an env variable from an app")
    {
        Alias = "ue";
        Usage = "cf unset-env APP_NAME ENV_VAR_NAME";
        RelatedCommands = "apps, env, restart, set-env";
        name = Required("APP_NAME");
        variable = Required("ENV_VAR_NAME");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var target = session.RequireSpace();
        var appName = line.GetRequiredValue(name)!;
        var key = line.GetRequiredValue(variable)!;
        session.Terminal.Say(
            $"Removing env variable {key} from app {appName} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        var app = await session.Api.FindAppAsync(appName, target.Space.Guid, stop);
        var environment = await session.Api.GetEnvironmentAsync(app.Guid, stop);
        var isSet = environment.EnvironmentVariables is { ValueKind: JsonValueKind.Object } set && set.TryGetProperty(key, out _);
        if (!isSet)
        {
            session.Terminal.Line($"Env variable {key} was not set.");
            session.Terminal.Ok();
            return ExitCodes.Success;
        }

        await session.Api.SetEnvironmentVariableAsync(app.Guid, key, null, stop);
        session.Terminal.Ok();
        session.Terminal.Line($"TIP: Use 'cf restage {appName}' to ensure your env variable changes take effect.");
        return ExitCodes.Success;
    }
}
