using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Blobs;

/// <summary>What a client is told when its bits cannot be stored.</summary>
internal static class BlobErrors
{
    public static ApiException ToApi(BlobException exception) => exception switch
    {
        BlobstoreFullException => ApiErrors.Make(507, 150006, "BlobstoreUnavailable", $"Failed to perform operation due to blobstore unavailability: {exception.Message}"),
        BlobTooLargeException => ApiErrors.Make(413, 10004, "InvalidRequest", $"The request is invalid: {exception.Message}"),
        _ => ApiErrors.BadRequest(exception.Message),
    };
}
