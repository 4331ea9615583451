using System.CommandLine;
using System.Text.Json;
using Tatara.Cli.CommandLine;
using Tatara.Cli.Terminal;

namespace Tatara.Cli.Commands;

internal sealed class EventsCommand : CfCommand
{
    /// <summary>What of an event's data is told, in this order.</summary>
    private static readonly string[] KnownData =
    [
        "index", "reason", "cell_id", "instance", "exit_description", "exit_status", "recursive", "disk_quota", "instances", "memory",
        "state", "command", "environment_json",
    ];

    private readonly Argument<string?> name;

    public EventsCommand() : base("events", "Show recent app events")
    {
        Usage = "cf events APP_NAME";
        RelatedCommands = "app, logs, map-route, unmap-route";
        name = Required("APP_NAME");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var target = session.RequireSpace();
        var appName = line.GetRequiredValue(name)!;
        session.Terminal.Say($"Getting events for app {appName} in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        session.Terminal.Line();
        var app = await session.Api.FindAppAsync(appName, target.Space.Guid, stop);
        var events = await session.Api.ListRecentEventsAsync(app.Guid, stop);
        if (events.Count == 0)
        {
            session.Terminal.Line("No events found.");
            return ExitCodes.Success;
        }

        session.Terminal.Table([
            ["time", "event", "actor", "description"],
            .. events.Select(one => new[]
            {
                Times.Log(one.CreatedAt, session.Clock.LocalTimeZone), one.Type, one.Actor.Name ?? one.Actor.Guid ?? "", Describe(one.Data),
            }),
        ]);
        return ExitCodes.Success;
    }

    public static string Describe(JsonElement data)
    {
        if (data.ValueKind != JsonValueKind.Object) return "";
        if (data.TryGetProperty("request", out var request) && request.ValueKind == JsonValueKind.Object) data = request;
        return string.Join(", ", KnownData
            .Where(key => data.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null)
            .Select(key => $"{key}: {Word(data.GetProperty(key))}"));
    }

    private static string Word(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.ToString(),
    };
}
