using Tatara.CloudController.Errors;

namespace Tatara.CloudController.Blobs;

/// <summary>What a client is told when its bits cannot be stored or read.</summary>
internal static class BlobErrors
{
    public static ApiException ToApi(BlobException exception) => exception switch
    {
        BlobstoreFullException => Unavailable(507, $": {exception.Message}"),
        BlobstoreUnavailableException => Unavailable(503, ". Try again a little later."),
        BlobTooLargeException => ApiErrors.Make(413, 10004, "InvalidRequest", $"The request is invalid: {exception.Message}"),
        _ => ApiErrors.BadRequest(exception.Message),
    };

    private static ApiException Unavailable(int status, string more) =>
        ApiErrors.Make(status, 150006, "BlobstoreUnavailable", "Failed to perform operation due to blobstore unavailability" + more);
}
