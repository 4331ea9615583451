using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tatara.Cli.Api;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class CreateUserProvidedServiceCommand : CfCommand
{
    private readonly Argument<string?> name;
    private readonly Option<string?> drain;
    private readonly Option<string?> credentials;
    private readonly Option<string?> routeService;
    private readonly Option<string?> tags;

    public CreateUserProvidedServiceCommand() : base("create-user-provided-service", "Make a user-provided service instance available to CF apps")
    {
        Alias = "cups";
        Usage = "cf create-user-provided-service SERVICE_INSTANCE [-p CREDENTIALS] [-l SYSLOG_DRAIN_URL] [-r ROUTE_SERVICE_URL] [-t TAGS]";
        Examples = "cf create-user-provided-service my-route-service -r https://example.com\n"
            + "cf create-user-provided-service my-db-mine -p '{\"username\":\"admin\",\"password\":\"pa55woRD\"}'\ncf create-user-provided-service my-db-mine -p /path/to/credentials.json";
        RelatedCommands = "bind-route-service, delete-service";
        name = Required("SERVICE_INSTANCE");
        drain = Value(["-l"], "URL to which logs for bound applications will be streamed");
        credentials = Value(["-p"], "Credentials as JSON, provided inline or in a file");
        routeService = Value(["-r"], "URL to which requests for bound routes will be forwarded. Scheme for this URL must be https");
        tags = Value(["-t"], "User provided tags");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var service = line.GetRequiredValue(name)!;
        var fields = new JsonObject();
        if (line.GetValue(credentials) is { } given) fields["credentials"] = ReadCredentials(given);
        if (line.GetValue(drain) is { } url) fields["syslog_drain_url"] = url;
        if (line.GetValue(routeService) is { } address) fields["route_service_url"] = address;
        if (line.GetValue(tags) is { } list)
            fields["tags"] = new JsonArray([.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(tag => JsonValue.Create(tag))]);
        var target = session.RequireSpace();
        session.Terminal.Say($"Creating user provided service {service} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        try
        {
            await session.Api.CreateUserProvidedServiceAsync(service, target.Space.Guid, fields, stop);
        }
        catch (ApiException error) when (error.DetailContains("The service instance name is taken"))
        {
            session.Terminal.Line($"Service instance {service} already exists");
        }

        session.Terminal.Ok();
        return ExitCodes.Success;
    }

    private static JsonObject ReadCredentials(string text)
    {
        try
        {
            if (JsonNode.Parse(File.Exists(text) ? File.ReadAllText(text) : text) is JsonObject credentials) return credentials;
        }
        catch (JsonException)
        {
            // Said below.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CfException($"The credentials in {text} cannot be read: {error.Message}");
        }
        throw new UsageException("-p must be a JSON object, or a file that contains one.");
    }
}
