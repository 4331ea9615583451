namespace Tatara.CloudController.Blobs;

/// <summary>A blob could not be stored or read.</summary>
public class BlobException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The content is larger than allowed.</summary>
internal sealed class BlobTooLargeException(long maxBytes)
    : BlobException($"The content is larger than the {maxBytes} bytes that are allowed.");

/// <summary>The content is not what the sender said it is.</summary>
internal sealed class BlobChecksumException(string expected, string actual)
    : BlobException($"The content's SHA-1 is {actual}, not {expected}: it was cut off or changed on its way.");

/// <summary>The disk is full, or nearly so.</summary>
internal sealed class BlobstoreFullException(string message, Exception? inner = null) : BlobException(message, inner);

/// <summary>The store does not answer, or refuses this platform: for the operator to mend, or gone the next minute.</summary>
internal sealed class BlobstoreUnavailableException(string message, Exception? inner = null) : BlobException(message, inner);
