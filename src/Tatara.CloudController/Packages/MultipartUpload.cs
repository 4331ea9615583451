using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Tatara.CloudController.Blobs;
using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Packages;

/// <summary>What a multipart body of an upload carried.</summary>
/// <param name="Bits">Key of the blob that took the file called "bits"; null when there was none.</param>
/// <param name="FileName">What the client calls that file.</param>
/// <param name="Resources">The field of that name, or null.</param>
internal sealed record MultipartUpload(BlobInfo? Bits, string? FileName, string? Resources)
{
    private const int MaxResourcesBytes = 32 << 20;
    private const int MaxBoundaryLength = 200;
    private const int MaxParts = 16;

    /// <summary>Room for the fields around the bits.</summary>
    public const long OverheadBytes = MaxResourcesBytes + (1 << 20);

    /// <summary>Reads the body to its end; the bits go to the blobstore as they arrive. If anything fails, nothing is left there.</summary>
    public static async Task<MultipartUpload> ReadAsync(
        HttpRequest request, IBlobstore blobs, string key, long maxBytes, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return new MultipartUpload(null, null, null);
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        if (boundary.Length is 0 or > MaxBoundaryLength) throw ApiErrors.BadRequest("the multipart boundary is missing or too long");
        var upload = new MultipartUpload(null, null, null);
        try
        {
            var reader = new MultipartReader(boundary, request.Body);
            for (var parts = 0; await reader.ReadNextSectionAsync(cancellationToken) is { } section; parts++)
            {
                if (parts == MaxParts) throw ApiErrors.BadRequest($"the upload has more than {MaxParts} parts");
                upload = await upload.TakeAsync(section, blobs, key, maxBytes, cancellationToken);
            }
            return upload;
        }
        catch (Exception e)
        {
            if (upload.Bits is not null) await blobs.DeleteIfPossibleAsync(key);
            throw e switch
            {
                BlobException blob => BlobErrors.ToApi(blob),
                IOException when e is not BadHttpRequestException => ApiErrors.BadRequest("the upload was cut off or is malformed"),
                InvalidDataException => ApiErrors.BadRequest("the upload was cut off or is malformed"),
                _ => e,
            };
        }
    }

    private async Task<MultipartUpload> TakeAsync(
        MultipartSection section, IBlobstore blobs, string key, long maxBytes, CancellationToken cancellationToken)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)) return this;
        var fileName = HeaderUtilities.RemoveQuotes(disposition.FileName).ToString();
        switch (HeaderUtilities.RemoveQuotes(disposition.Name).ToString())
        {
            case "bits" when Bits is null:
                return this with { Bits = await blobs.PutAsync(key, section.Body, maxBytes, cancellationToken: cancellationToken), FileName = fileName };
            case "resources" when Resources is null:
                return this with { Resources = await ReadTextAsync(section.Body, cancellationToken) };
            default:
                return this;
        }
    }

    private static async Task<string> ReadTextAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            if (text.Length + count > MaxResourcesBytes) throw ApiErrors.BadRequest($"the resources have more than {MaxResourcesBytes} bytes");
            text.Write(buffer, 0, count);
        }
        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }
}
