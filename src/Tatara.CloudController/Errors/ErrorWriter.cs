using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Tatara.CloudController.Api;
using Tatara.CloudController.Blobs;
using Tatara.Database;

namespace Tatara.CloudController.Errors;

/// <summary>The one place that turns failures into responses.</summary>
internal sealed partial class ErrorWriter(RequestDelegate next, ILogger<ErrorWriter> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
            if (http.GetEndpoint() is null && !http.Response.HasStarted) await WriteAsync(http, ApiErrors.NotFound());
            else if (http.Response.StatusCode == StatusCodes.Status405MethodNotAllowed && !http.Response.HasStarted) await WriteAsync(http, ApiErrors.NotFound());
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client went away: nobody reads an answer.
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            await WriteAsync(http, Translate(http, e));
        }
    }

    /// <summary>What a client is told about an exception. What is nobody's fault but ours is logged and not told.</summary>
    public static ApiException Translate(Exception exception) => exception switch
    {
        ApiException e => e,
        BlobException e => BlobErrors.ToApi(e),
        DbUpdateConcurrencyException => ApiErrors.ResourceNotFound("Resource"),
        DbUpdateException e when e.IsUniqueViolation() => ApiErrors.Unprocessable("Another request has just taken this name."),
        _ when exception.IsUnavailable() => ApiErrors.ServiceUnavailable("The database is not available at the moment. Try again a little later."),
        _ when exception.IsBadText() => ApiErrors.Unprocessable("A text must not contain a zero character."),
        _ => ApiErrors.UnknownError(),
    };

    private ApiException Translate(HttpContext http, Exception exception)
    {
        if (exception is BadHttpRequestException bad)
        {
            var limit = http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize;
            return bad.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? ApiErrors.RequestTooLarge(limit ?? 0)
                : ApiErrors.BadRequest("the request was cut off or is malformed");
        }
        var translated = Translate(exception);
        if (translated.Errors[0].Status == StatusCodes.Status500InternalServerError) Log.Failed(logger, http.Request.Method, http.Request.Path, exception);
        else if (exception is BlobstoreUnavailableException) Log.NoBlobstore(logger, http.Request.Method, http.Request.Path, exception.Message);
        else if (exception.IsUnavailable()) Log.NoDatabase(logger, http.Request.Method, http.Request.Path, exception.GetBaseException().Message);
        return translated;
    }

    private static async Task WriteAsync(HttpContext http, ApiException exception)
    {
        http.Response.Clear();
        await new JsonAnswer(exception.Errors[0].Status, ErrorBody.From(exception)).ExecuteAsync(http);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
        public static partial void Failed(ILogger logger, string method, PathString path, Exception exception);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} failed, for the database is not available: {Reason}")]
        public static partial void NoDatabase(ILogger logger, string method, PathString path, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} failed, for the blobstore is not available: {Reason}")]
        public static partial void NoBlobstore(ILogger logger, string method, PathString path, string reason);
    }
}

/// <summary>The body of every error.</summary>
internal sealed record ErrorBody(IReadOnlyList<ErrorItem> Errors)
{
    public static ErrorBody From(ApiException exception) => new([.. exception.Errors.Select(e => new ErrorItem(e.Code, e.Title, e.Detail))]);
}

internal sealed record ErrorItem(int Code, string Title, string Detail);
