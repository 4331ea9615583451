using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Tatara.CloudController.Api;

/// <summary>What endpoints answer.</summary>
internal static class Answer
{
    public static IResult Ok(object body) => new JsonAnswer(StatusCodes.Status200OK, body);

    public static IResult Created(object body) => new JsonAnswer(StatusCodes.Status201Created, body);

    /// <summary>Done as far as the database goes; the instances follow.</summary>
    public static IResult Accepted(object body) => new JsonAnswer(StatusCodes.Status202Accepted, body);

    public static IResult NoContent() => new JsonAnswer(StatusCodes.Status204NoContent, null);

    /// <summary>The work goes on as a job, whose URL is in the Location header.</summary>
    public static IResult AcceptedAsJob(string location, object? body) => new JsonAnswer(StatusCodes.Status202Accepted, body, location);
}

/// <summary>A status with a JSON body, or none.</summary>
internal sealed class JsonAnswer(int status, object? body, string? location = null) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        if (location is not null) response.Headers.Location = location;
        if (body is null) return;
        response.ContentType = "application/json; charset=utf-8";
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), ApiJson.Options);
        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(httpContext.Request.Method)) await response.Body.WriteAsync(bytes, httpContext.RequestAborted);
    }
}
