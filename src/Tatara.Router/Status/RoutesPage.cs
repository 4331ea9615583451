using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tatara.Router.Registry;

namespace Tatara.Router.Status;

/// <summary>/routes: every route with its endpoints, as gorouter lists them.</summary>
internal sealed class RoutesPage(RouteRegistry registry)
{
    public async Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        foreach (var route in registry.Table.Routes)
        {
            json.WriteStartArray(route.Key.ToString());
            foreach (var member in route.Members) WriteMember(json, member, route);
            json.WriteEndArray();
        }
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }

    private static void WriteMember(Utf8JsonWriter json, RouteMember member, Route route)
    {
        var endpoint = member.Endpoint;
        json.WriteStartObject();
        json.WriteString("address", endpoint.Address.ToString());
        json.WriteNumber("ttl", (int)member.StaleAfter.TotalSeconds);
        json.WriteString("app", endpoint.Owner.App);
        json.WriteString("private_instance_id", endpoint.Owner.PrivateInstanceId);
        json.WriteString("private_instance_index", endpoint.Index);
        json.WriteString("availability_zone", endpoint.Zone);
        json.WriteString("protocol", endpoint.SpeaksHttp2 ? "http2" : route.Key.IsTcp ? "tcp" : "http1");
        json.WriteString("load_balancing_algorithm", route.Balancing == Balancing.LeastConnection ? "least-connection" : "round-robin");
        json.WriteStartObject("tags");
        foreach (var (name, value) in endpoint.Tags ?? new Dictionary<string, string>()) json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
