using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

/// <summary>Replaces the variables that every app gets while it runs, or while it is staged.</summary>
internal sealed class SetEnvironmentGroupCommand : CfCommand
{
    private readonly string group;
    private readonly Argument<string?> variables;

    /// <param name="group">running or staging.</param>
    public SetEnvironmentGroupCommand(string group, string alias)
        : base($"set-{group}-environment-variable-group", $"Pass parameters as JSON to create a {group} environment variable group")
    {
        this.group = group;
        Alias = alias;
        Usage = $$"""cf set-{{group}}-environment-variable-group '{"name":"value","name":"value"}'""";
        RelatedCommands = group == "running" ? "running-environment-variable-group, set-env" : "set-env, staging-environment-variable-group";
        variables = Required("ENV_VAR_GROUP_JSON");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var user = session.RequireLogin();
        session.Terminal.Line($"Setting the contents of the {group} environment variable group as {session.Terminal.Paint(user.UserName, Terminal.Paint.BoldCyan)}...");
        await session.Api.SetEnvironmentGroupAsync(group, Read(line.GetRequiredValue(variables)!), stop);
        session.Terminal.Ok();
        return ExitCodes.Success;
    }

    /// <summary>Numbers and booleans become texts, as variables are.</summary>
    private static JsonObject Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                var read = new JsonObject();
                foreach (var one in document.RootElement.EnumerateObject()) read[one.Name] = one.Value.ValueKind == JsonValueKind.Null ? null : one.Value.ToString();
                return read;
            }
        }
        catch (JsonException)
        {
        }

        throw new CfException("Invalid environment variable group provided. Please provide a valid JSON object.");
    }
}
