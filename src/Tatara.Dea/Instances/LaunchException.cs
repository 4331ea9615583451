namespace Tatara.Dea.Instances;

/// <summary>An instance cannot be brought up. The message is for the app's owner.</summary>
internal class LaunchException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>It cannot be brought up on this DEA, and the app is not to blame: another DEA may have what is missing.</summary>
internal sealed class NoRoomException(string message) : LaunchException(message);
