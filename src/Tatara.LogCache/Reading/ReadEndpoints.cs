using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tatara.LogCache.Access;
using Tatara.LogCache.Store;

namespace Tatara.LogCache.Reading;

/// <summary>
/// log-cache's HTTP API. Whoever may not read gets 404, as there: whether a source exists is nobody else's business.
/// </summary>
internal static class ReadEndpoints
{
    /// <summary>The log-cache whose API this is; clients choose their paths by it.</summary>
    private const string ApiVersion = "3.0.11";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/info", InfoAsync);
        routes.MapGet("/api/v1/read/{sourceId}", ReadAsync);
        routes.MapGet("/api/v1/meta", MetaAsync);
    }

    private static Task InfoAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(
            string.Create(CultureInfo.InvariantCulture, $$"""{"version":"{{ApiVersion}}","vm_uptime":"{{Environment.TickCount64 / 1000}}"}""") + "\n", context.RequestAborted);
    }

    private static async Task ReadAsync(string sourceId, HttpContext context, ReaderAuthorizer authorizer, EnvelopeStore store, TimeProvider time)
    {
        var reader = await authorizer.IdentifyAsync(context.Request, context.RequestAborted);
        if (!await authorizer.MayReadAsync(reader, sourceId, context.RequestAborted)) throw new NotForYouException();
        var lines = store.Read(sourceId, QueryParser.Parse(context.Request.Query, time.GetUtcNow()));
        await WriteAsync(context, json => EnvelopeWriter.WriteBatch(json, sourceId, lines));
    }

    private static async Task MetaAsync(HttpContext context, ReaderAuthorizer authorizer, EnvelopeStore store)
    {
        var reader = await authorizer.IdentifyAsync(context.Request, context.RequestAborted);
        var visible = await authorizer.VisibleAsync(reader, store.SourceIds, context.RequestAborted);
        await WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("meta");
            foreach (var sourceId in visible)
                if (store.Meta(sourceId) is { Count: > 0 } meta) WriteMeta(json, sourceId, meta);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static void WriteMeta(Utf8JsonWriter json, string sourceId, SourceMeta meta)
    {
        json.WriteStartObject(sourceId);
        json.WriteString("count", meta.Count.ToString(CultureInfo.InvariantCulture));
        if (meta.Expired > 0) json.WriteString("expired", meta.Expired.ToString(CultureInfo.InvariantCulture));
        json.WriteString("oldestTimestamp", meta.Oldest.ToString(CultureInfo.InvariantCulture));
        json.WriteString("newestTimestamp", meta.Newest.ToString(CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    private static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json";
        await using (var json = new Utf8JsonWriter(context.Response.BodyWriter)) write(json);
        context.Response.BodyWriter.Write("\n"u8);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
