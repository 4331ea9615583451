using System.Text.Json.Nodes;

namespace Tatara.Cli.Commands;

/// <summary>What is said of a route by --option NAME=VALUE.</summary>
internal static class PerRouteOptions
{
    /// <returns>Null when nothing is.</returns>
    /// <exception cref="CfException">One of them is no pair.</exception>
    public static JsonObject? Read(string[]? options, RouteAddress address)
    {
        if (options is not { Length: > 0 }) return null;
        var read = new JsonObject();
        foreach (var option in options)
        {
            var equals = option.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw new CfException($"Route option '{option}' for route with host '{address.Host}', domain '{address.Domain}', and path '{(address.Path.Length > 0 ? address.Path : "/")}' was specified incorrectly. Please use key-value pair format key=value.");
            read[option[..equals]] = option[(equals + 1)..];
        }
        return read;
    }
}
