namespace Tatara.Dea.Archives;

/// <summary>An archive is broken, hostile or beyond a limit. The message is for the app's owner.</summary>
internal sealed class ArchiveException(string message, Exception? inner = null) : Exception(message, inner);
