using System.Text.Json;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Routes;

/// <summary>A destination as a request names it.</summary>
/// <param name="Protocol">Null: the usual one of its route.</param>
internal sealed record DestinationRequest(string AppGuid, string ProcessType, int Port, int? Weight, string? Protocol)
{
    /// <summary>Where an app listens that has not been told otherwise.</summary>
    public const int DefaultPort = 8080;

    /// <summary>What to speak with the app; or why that cannot be, in Cloud Foundry's words.</summary>
    public static string ProtocolFor(Route route, string? wanted)
    {
        var (kind, usual, valid) = route.RouterGroupGuid is null ? ("http", "http1", "http1, http2") : ("tcp", "tcp", "tcp");
        if (wanted is null || valid.Split(", ").Contains(wanted)) return wanted ?? usual;
        throw ApiErrors.Unprocessable($"Cannot use '{wanted}' protocol for {kind} routes; valid options are: [{valid}].");
    }

    private const int MaxDestinations = 100;

    public static IReadOnlyList<DestinationRequest> Read(Body body, bool replace)
    {
        var minimum = replace ? 0 : 1;
        var given = body.Has("destinations") && body.Raw.GetProperty("destinations") is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray().ToList() : null;
        if (given is null || given.Count < minimum || given.Count > MaxDestinations)
        {
            body.Fail("destinations", $"must be an array containing between {minimum} and {MaxDestinations} destination objects.");
            return [];
        }
        var destinations = new List<DestinationRequest>();
        for (var i = 0; i < given.Count; i++)
        {
            if (ReadOne(body, given[i], $"Destinations[{i}]:", replace) is { } destination) destinations.Add(destination);
        }
        var weights = destinations.Select(d => d.Weight).ToList();
        if (!replace) weights.Clear();
        if (weights.Any(w => w is not null) && weights.Any(w => w is null)) body.Fail("destinations", "cannot contain both weighted and unweighted destinations.");
        else if (weights.Any(w => w is not null) && weights.Sum() != 100) body.Fail("destinations", "must have weights that sum to 100.");
        if (destinations.Select(d => (d.AppGuid, d.ProcessType, d.Port)).Distinct().Count() < destinations.Count) body.Fail("Destinations cannot contain duplicate entries");
        return destinations;
    }

    private static DestinationRequest? ReadOne(Body body, JsonElement element, string prefix, bool replace)
    {
        string? Problem(string message)
        {
            body.Fail($"{prefix} {message}");
            return null;
        }

        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty("app", out var app))
        {
            Problem(element.ValueKind == JsonValueKind.Object ? "must have an \"app\"." : "must be an object.");
            return null;
        }
        if (element.EnumerateObject().Any(p => p.Name is not ("app" or "weight" or "port" or "protocol")))
            Problem("must have only \"app\" and optionally \"weight\", \"port\" or \"protocol\".");
        var guid = app.ValueKind == JsonValueKind.Object && app.TryGetProperty("guid", out var g) && g.ValueKind == JsonValueKind.String && g.GetString() is { Length: > 0 and <= 200 } text
            ? text
            : Problem("app must have the structure {\"guid\": \"app_guid\"}");
        var type = "web";
        if (app.ValueKind == JsonValueKind.Object && app.TryGetProperty("process", out var process) && process.ValueKind != JsonValueKind.Null)
        {
            type = process.ValueKind == JsonValueKind.Object && process.TryGetProperty("type", out var t) && t.ValueKind == JsonValueKind.String && t.GetString() is { Length: > 0 and <= 255 } name
                ? name
                : Problem("process must have the structure {\"type\": \"process_type\"}");
        }
        var weight = Number(element, "weight");
        if (weight.Given && !replace) Problem("weighted destinations can only be used when replacing all destinations.");
        else if (weight is { Given: true, Value: not (>= 1 and <= 100) }) Problem("weight must be a positive integer between 1 and 100.");
        var port = Number(element, "port");
        if (port is { Given: true, Value: not (>= 1024 and <= 65535) }) Problem("port must be a positive integer between 1024 and 65535 inclusive.");
        string? protocol = null;
        if (element.TryGetProperty("protocol", out var p) && p.ValueKind != JsonValueKind.Null)
            protocol = p.ValueKind == JsonValueKind.String && p.GetString() is "http1" or "http2" or "tcp" ? p.GetString() : Problem("protocol must be 'http1', 'http2' or 'tcp'.");
        return guid is null || type is null ? null : new DestinationRequest(guid, type, port.Value ?? DefaultPort, weight.Value, protocol);
    }

    /// <summary>An optional number; given but no number comes as given without a value.</summary>
    private static (bool Given, int? Value) Number(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return (false, null);
        return (true, value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null);
    }
}
