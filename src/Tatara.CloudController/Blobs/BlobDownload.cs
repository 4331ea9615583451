using Microsoft.AspNetCore.Http;

namespace Tatara.CloudController.Blobs;

/// <summary>How a user's client gets a blob: from the store itself where it can reach that, or through this API.</summary>
internal static class BlobDownload
{
    /// <summary>The client follows at once.</summary>
    private static readonly TimeSpan Valid = TimeSpan.FromMinutes(10);

    /// <summary>Null when there is no such blob: a client that was sent on could not tell.</summary>
    public static async Task<IResult?> ForUserAsync(IBlobstore blobs, string key, string contentType, string fileName, CancellationToken cancellationToken)
    {
        if (blobs.UserDownloadUrl(key, Valid, fileName) is { } url)
            return await blobs.SizeAsync(key, cancellationToken) is null ? null : new RedirectAnswer(url);
        return await blobs.OpenAsync(key, cancellationToken) is { } content ? new BlobAnswer(content, contentType, fileName) : null;
    }

    /// <summary>302. The URL is a permission: nobody may keep it.</summary>
    private sealed class RedirectAnswer(Uri url) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.CacheControl = "no-store";
            httpContext.Response.Redirect(url.AbsoluteUri);
            return Task.CompletedTask;
        }
    }
}
