namespace Tatara.CloudController.Packages;

/// <summary>Uploaded bits cannot become a package; the message says why in a sentence for the user.</summary>
internal sealed class PackageInvalidException(string message, Exception? inner = null) : Exception(message, inner);
