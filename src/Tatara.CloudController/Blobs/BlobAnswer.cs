using Microsoft.AspNetCore.Http;

namespace Tatara.CloudController.Blobs;

/// <summary>Streams a blob to the client.</summary>
/// <param name="fileName">What a browser would save it as; null: nothing is suggested.</param>
internal sealed class BlobAnswer(BlobContent content, string contentType, string? fileName = null) : IResult
{
    private const int BufferBytes = 128 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using (content)
        {
            httpContext.Response.ContentType = contentType;
            httpContext.Response.ContentLength = content.Size;
            if (fileName is not null) httpContext.Response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}\"";
            await content.Stream.CopyToAsync(httpContext.Response.Body, BufferBytes, httpContext.RequestAborted);
        }
    }
}
