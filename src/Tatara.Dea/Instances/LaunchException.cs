namespace Tatara.Dea.Instances;

/// <summary>An instance cannot be brought up. The message is for the app's owner.</summary>
internal sealed class LaunchException(string message, Exception? inner = null) : Exception(message, inner);
