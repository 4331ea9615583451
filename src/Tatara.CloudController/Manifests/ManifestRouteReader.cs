using System.Text.RegularExpressions;

namespace Tatara.CloudController.Manifests;

/// <summary>Reads what a manifest says about routes.</summary>
internal static partial class ManifestRouteReader
{
    private const int MaxRoutes = 100;

    public static ManifestRoutes Read(ManifestFields app, List<string> errors)
    {
        var read = new ManifestRoutes
        {
            Routes = ReadRoutes(app, errors),
            NoRoute = app.Boolean("no-route") ?? false,
            RandomRoute = app.Boolean("random-route") ?? false,
            DefaultRoute = app.Boolean("default-route") ?? false,
        };
        if (read is { RandomRoute: true, DefaultRoute: true }) app.Fail("Random-route and default-route may not be used together", app.LineOf("random-route"));
        return read;
    }

    private static List<ManifestRoute>? ReadRoutes(ManifestFields app, List<string> errors)
    {
        if (app.List("routes") is not { } items) return null;
        if (items.Count > MaxRoutes) app.Fail("routes", $"must have at most {MaxRoutes} entries");
        var routes = new List<ManifestRoute>();
        foreach (var item in items)
        {
            if (item is not ManifestMap map || map.Fields.GetValueOrDefault("route") is not ManifestScalar { IsNull: false } url)
            {
                app.Fail("Routes must be a list of route objects", item.Line);
                continue;
            }
            if (!UrlPattern().IsMatch(url.Text)) app.Fail($"The route '{url.Text}' is not a properly formed URL", url.Line);
            var fields = new ManifestFields(map, $"Route '{url.Text}': ", errors);
            fields.Has("route");
            var protocol = fields.String("protocol");
            if (protocol is not (null or "http1" or "http2" or "tcp")) fields.Fail("Route protocol must be 'http1', 'http2' or 'tcp'.", fields.LineOf("protocol"));
            if (fields.Map("options") is { Fields.Count: > 0 } options) fields.Fail("options are not available here", options.Line);
            fields.FailUnknown();
            routes.Add(new ManifestRoute(url.Text, protocol));
        }
        return routes;
    }

    [GeneratedRegex(@"^(\*\.)?[\w\-]+(\.[\w\-]+)+((:\d{1,5})|(/[^\s?#]*))?$", RegexOptions.ECMAScript)]
    private static partial Regex UrlPattern();
}
