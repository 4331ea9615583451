using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tatara.Router.Registry;
using Tatara.Status;

namespace Tatara.Router.Status;

/// <summary>/healthz for load balancers; /routes, /varz and /metrics for operators, who have to show the password.</summary>
internal sealed class StatusEndpoints(RouteRegistry registry, Member member, Drain drain, RouterOptions options)
{
    public Task HandleAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/healthz" => WriteHealthAsync(context),
        "/routes" when options.StatusPassword is not null => AuthorizedAsync(context, WriteRoutesAsync),
        "/varz" when options.StatusPassword is not null => AuthorizedAsync(context, WriteVarzAsync),
        "/metrics" when options.StatusPassword is not null => AuthorizedAsync(context, WriteMetricsAsync),
        _ => NotFound(context),
    };

    private Task WriteHealthAsync(HttpContext context)
    {
        if (!drain.HasBegun) return context.Response.WriteAsync("ok\n");
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsync("draining\n");
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private Task AuthorizedAsync(HttpContext context, Func<HttpContext, Task> write)
    {
        if (IsAuthorized(context.Request.Headers.Authorization)) return write(context);
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"router\"";
        return Task.CompletedTask;
    }

    private Task WriteVarzAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return member.WriteVarzAsync(context.Response.BodyWriter.AsStream(), context.RequestAborted);
    }

    private async Task WriteMetricsAsync(HttpContext context)
    {
        context.Response.ContentType = MetricPage.ContentType;
        await context.Response.WriteAsync((await member.CollectAsync(context.RequestAborted)).ToString(), context.RequestAborted);
    }

    private async Task WriteRoutesAsync(HttpContext context)
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

    private bool IsAuthorized(string? authorization)
    {
        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.StatusUser}:{options.StatusPassword}"));
        return authorization is not null
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(authorization), Encoding.UTF8.GetBytes(expected));
    }
}
