using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tatara.LogCache.Access;

namespace Tatara.LogCache.Reading;

/// <summary>The one place that writes errors: a code of gRPC's and a sentence, or nothing but 404.</summary>
internal sealed partial class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> logger)
{
    private const int InvalidArgument = 3;
    private const int Internal = 13;
    private const int Unavailable = 14;

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (NotForYouException)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
        catch (InvalidQueryException e)
        {
            await WriteAsync(context, StatusCodes.Status400BadRequest, InvalidArgument, e.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
        }
        catch (AccessUnavailableException e)
        {
            Log.AccessUnavailable(logger, e.Message);
            await WriteAsync(context, StatusCodes.Status503ServiceUnavailable, Unavailable, e.Message);
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            Log.Failed(logger, context.Request.Path, e);
            await WriteAsync(context, StatusCodes.Status500InternalServerError, Internal, "internal error");
        }
    }

    private static async Task WriteAsync(HttpContext context, int status, int code, string message)
    {
        context.Response.Clear();
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteNumber("code", code);
        json.WriteString("message", message);
        json.WriteStartArray("details");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "log-cache: cannot ask who may read: {Reason}")]
        public static partial void AccessUnavailable(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "log-cache: GET {Path} failed")]
        public static partial void Failed(ILogger logger, PathString path, Exception e);
    }
}
