namespace Tatara.Dea.Droplets;

/// <summary>A droplet cannot be had. The message is for the app's owner.</summary>
internal sealed class DropletException(string message, Exception? inner = null) : Exception(message, inner);
