using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tatara.Database;

namespace Tatara.Uaa.Errors;

/// <summary>The one place that writes errors.</summary>
internal sealed partial class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (!context.Response.HasStarted && context.Response.StatusCode == StatusCodes.Status404NotFound && context.GetEndpoint() is null)
                await WriteAsync(context, UaaException.NotFound("not_found", "There is nothing at this address."));
        }
        catch (UaaException e) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, e);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, new UaaException(e.StatusCode, "invalid_request", e.Message));
        }
        catch (Exception e) when ((e is JsonException or InvalidDataException) && !context.Response.HasStarted)
        {
            await WriteAsync(context, UaaException.InvalidRequest("The request's body cannot be read: " + e.Message));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
        }
        catch (Exception e) when (e.IsUnavailable() && !context.Response.HasStarted)
        {
            Log.NoDatabase(logger, context.Request.Method, context.Request.Path, e.GetBaseException().Message);
            await WriteAsync(context, new UaaException(
                StatusCodes.Status503ServiceUnavailable, "temporarily_unavailable", "The database is not available at the moment. Try again a little later."));
        }
        catch (Exception e) when (e.IsBadText() && !context.Response.HasStarted)
        {
            await WriteAsync(context, UaaException.InvalidRequest("A text must not contain a zero character."));
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            Log.Failed(logger, context.Request.Method, context.Request.Path, e);
            await WriteAsync(context, new UaaException(StatusCodes.Status500InternalServerError, "server_error", "Internal server error"));
        }
    }

    private static Task WriteAsync(HttpContext context, UaaException e)
    {
        context.Response.Clear();
        context.Response.StatusCode = e.Status;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Pragma = "no-cache";
        if (e.Status == StatusCodes.Status401Unauthorized)
        {
            var scheme = e.Error == "invalid_client" ? "Basic" : "Bearer";
            context.Response.Headers.WWWAuthenticate = $"{scheme} realm=\"UAA\", error=\"{e.Error}\", error_description=\"{ForHeader(e.Message)}\"";
        }
        return context.Response.WriteAsJsonAsync(new ErrorResponse(e.Error, e.Message, e.Scope), UaaJson.Default.ErrorResponse);
    }

    /// <summary>A description may quote the request: nothing of it may end the quoted string or the header.</summary>
    private static string ForHeader(string text) =>
        string.Concat(text.Select(c => c is >= ' ' and < (char)0x7f and not '"' and not '\\' ? c : '\''));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "uaa: {Method} {Path} failed")]
        public static partial void Failed(ILogger logger, string method, PathString path, Exception e);

        [LoggerMessage(Level = LogLevel.Warning, Message = "uaa: {Method} {Path} failed, for the database is not available: {Reason}")]
        public static partial void NoDatabase(ILogger logger, string method, PathString path, string reason);
    }
}

/// <summary>UAA's error body.</summary>
internal sealed record ErrorResponse(string Error, string ErrorDescription, string? Scope);
