using System.Text;

namespace Tatara.Router.Registry;

/// <summary>The routes of one host, longest path first. Immutable.</summary>
internal sealed class HostRoutes
{
    private readonly Route[] _routes;

    private HostRoutes(Route[] routes) => _routes = routes;

    public static HostRoutes Empty { get; } = new([]);

    public bool IsEmpty => _routes.Length == 0;

    public IReadOnlyList<Route> Routes => _routes;

    public HostRoutes With(Route route) => new([.. _routes.Append(route).OrderByDescending(r => r.Key.Path.Length)]);

    public HostRoutes Without(Route route) => new(Array.FindAll(_routes, r => r != route));

    public Route? Find(RouteKey key) => Array.Find(_routes, r => r.Key == key);

    public Route? Match(ReadOnlySpan<byte> path)
    {
        foreach (var route in _routes)
            if (IsBelow(path, route.PathBytes)) return route;
        return null;
    }

    /// <summary>"/a/b" is below "/a", "/ab" is not.</summary>
    private static bool IsBelow(ReadOnlySpan<byte> path, ReadOnlySpan<byte> root) =>
        root.IsEmpty
        || (path.Length >= root.Length
            && Ascii.EqualsIgnoreCase(path[..root.Length], root)
            && (path.Length == root.Length || path[root.Length] == (byte)'/'));
}
