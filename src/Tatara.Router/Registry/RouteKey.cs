using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Tatara.Router.Registry;

/// <summary>
/// Where a route answers: a host in lower case ("*.x.y" for any host below x.y) and a context path ("" or "/a/b"); or a port,
/// whose host is written ":1024", as no host of a request is.
/// </summary>
internal readonly record struct RouteKey(string Host, string Path)
{
    /// <summary>The limit of DNS.</summary>
    private const int MaxHostLength = 253;

    /// <summary>Cloud Controller's limit of a route's path.</summary>
    private const int MaxPathLength = 128;

    public bool IsWildcard => Host.StartsWith("*.", StringComparison.Ordinal);

    public bool IsTcp => Host.StartsWith(':');

    /// <summary>Of a TCP route.</summary>
    public int Port => int.Parse(Host.AsSpan(1), CultureInfo.InvariantCulture);

    public static RouteKey OfPort(int port) => new(string.Create(CultureInfo.InvariantCulture, $":{port}"), "");

    /// <summary>What the table finds it by. A wildcard's begins with the dot, which no host does.</summary>
    public byte[] HostBytes => Encoding.ASCII.GetBytes(IsWildcard ? Host[1..] : Host);

    public override string ToString() => Host + Path;

    /// <summary>Reads "host" or "host/path" as in router.register; of any case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? uri, out RouteKey key)
    {
        key = default;
        if (uri is null || uri.Length > MaxHostLength + MaxPathLength) return false;
        var slash = uri.IndexOf('/', StringComparison.Ordinal);
        if (!HostName.TryToAscii(slash < 0 ? uri : uri[..slash], out var host)) return false;
        var path = slash < 0 ? "" : uri[slash..].TrimEnd('/').ToLowerInvariant();
        if (!IsHost(host.StartsWith("*.", StringComparison.Ordinal) ? host.AsSpan(2) : host) || !IsPath(path)) return false;
        key = new RouteKey(host, path);
        return true;
    }

    private static bool IsHost(ReadOnlySpan<char> host)
    {
        if (host.Length is 0 or > MaxHostLength || host[0] == '.' || host[^1] == '.') return false;
        foreach (var c in host)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_')) return false;
        return !host.Contains("..", StringComparison.Ordinal);
    }

    private static bool IsPath(string path)
    {
        if (path.Length > MaxPathLength) return false;
        foreach (var c in path)
            if (c is <= ' ' or > '~' or '?' or '#') return false;
        return true;
    }
}
