using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Tatara.Cli.Tests.Foundry;

internal sealed partial class FakeFoundry
{
    private readonly List<(long Time, string Source, string Type, string Text)> log = [];

    /// <param name="time">Unix nanoseconds; now when null.</param>
    public void AddLog(string source, string text, string type = "OUT", long? time = null)
    {
        lock (log) log.Add((time ?? Now(), source, type, text));
    }

    public static long Now() => (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100;

    private void MapLogs() => app.MapGet("/api/v1/read/{source}", (HttpRequest request) =>
    {
        var limit = int.Parse(request.Query["limit"].ToString(), CultureInfo.InvariantCulture);
        var start = long.TryParse(request.Query["start_time"].ToString(), out var given) ? given : 0;
        var descending = request.Query["descending"] == "true";
        lock (log)
        {
            var lines = log.Where(line => line.Time >= start).OrderBy(line => descending ? -line.Time : line.Time).Take(limit);
            return Json(new JsonObject { ["envelopes"] = new JsonObject { ["batch"] = new JsonArray([.. lines.Select(Envelope)]) } });
        }
    });

    private static JsonNode Envelope((long Time, string Source, string Type, string Text) line) => new JsonObject
    {
        ["timestamp"] = line.Time.ToString(CultureInfo.InvariantCulture),
        ["source_id"] = "x",
        ["instance_id"] = "0",
        ["tags"] = new JsonObject { ["source_type"] = line.Source },
        ["log"] = new JsonObject { ["payload"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(line.Text)), ["type"] = line.Type },
    };
}
