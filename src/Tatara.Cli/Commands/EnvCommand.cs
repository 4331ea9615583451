using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tatara.Cli.CommandLine;
using Tatara.Cli.Terminal;

namespace Tatara.Cli.Commands;

internal sealed class EnvCommand : CfCommand
{
    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Argument<string?> name;

    public EnvCommand() : base("env", "Show all env variables for an app")
    {
        Alias = "e";
        Usage = "cf env APP_NAME";
        RelatedCommands = "app, apps, set-env, unset-env";
        name = Required("APP_NAME");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var target = session.RequireSpace();
        var appName = line.GetRequiredValue(name)!;
        session.Terminal.Say(
            $"Getting env variables for app {appName} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        var app = await session.Api.FindAppAsync(appName, target.Space.Guid, stop);
        var environment = await session.Api.GetEnvironmentAsync(app.Guid, stop);
        ShowSystem(session.Terminal, [environment.SystemEnvJson, environment.ApplicationEnvJson]);
        ShowGroup(session.Terminal, "User-Provided:", "user-provided env", environment.EnvironmentVariables);
        ShowGroup(session.Terminal, "Running Environment Variable Groups:", "running env", environment.RunningEnvJson);
        ShowGroup(session.Terminal, "Staging Environment Variable Groups:", "staging env", environment.StagingEnvJson);
        return ExitCodes.Success;
    }

    private static void ShowSystem(ITerminal terminal, JsonElement?[] groups)
    {
        var variables = groups.SelectMany(Members).ToList();
        if (variables.Count == 0) terminal.Line("No system-provided env variables have been set");
        else terminal.Header("System-Provided:");
        foreach (var variable in variables)
            terminal.Line($"{variable.Name}: {JsonNode.Parse(variable.Value.GetRawText())?.ToJsonString(Readable)}\n");
        terminal.Line();
    }

    private static void ShowGroup(ITerminal terminal, string title, string kind, JsonElement? group)
    {
        var variables = Members(group).OrderBy(variable => variable.Name, StringComparer.Ordinal).ToList();
        if (variables.Count == 0) terminal.Line($"No {kind} variables have been set");
        else terminal.Header(title);
        foreach (var variable in variables) terminal.Line($"{variable.Name}: {variable.Value}");
        terminal.Line();
    }

    private static IEnumerable<JsonProperty> Members(JsonElement? group) =>
        group is { ValueKind: JsonValueKind.Object } members ? members.EnumerateObject() : [];
}
