using System.Text.RegularExpressions;
using Tatara.CloudController.Routes;

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
            var options = ReadOptions(fields, app, url.Text);
            fields.FailUnknown();
            routes.Add(new ManifestRoute(url.Text, protocol, options));
        }
        return routes;
    }

    private static RouteOptionsPatch ReadOptions(ManifestFields route, ManifestFields app, string url)
    {
        switch (route.Node("options"))
        {
            case null:
                return RouteOptionsPatch.Nothing;
            case ManifestMap options:
                foreach (var (key, node) in options.Fields.Where(f => f.Key != RouteOptionsPatch.LoadBalancingKey))
                    app.Fail($"Route '{url}' contains invalid route option '{key}'. Valid keys: '{RouteOptionsPatch.LoadBalancingKey}'", node.Line);
                return options.Fields.TryGetValue(RouteOptionsPatch.LoadBalancingKey, out var value) ? ReadBalancing(value, app, url) : RouteOptionsPatch.Nothing;
            case var other:
                app.Fail($"Route '{url}': options must be an object", other.Line);
                return RouteOptionsPatch.Nothing;
        }
    }

    private static RouteOptionsPatch ReadBalancing(ManifestNode value, ManifestFields app, string url)
    {
        var text = value is ManifestScalar { IsNull: false } scalar ? scalar.Text : null;
        if (text is null) app.Fail($"Invalid value for 'loadbalancing' for Route '{url}'; Valid values are: '{RouteOptionsPatch.BalancingNames}'", value.Line);
        else if (!RouteOptionsPatch.Balancings.Contains(text))
            app.Fail($"Cannot use loadbalancing value '{text}' for Route '{url}'; Valid values are: '{RouteOptionsPatch.BalancingNames}'", value.Line);
        return new RouteOptionsPatch(true, text);
    }

    [GeneratedRegex(@"^(\*\.)?[\w\-]+(\.[\w\-]+)+((:\d{1,5})|(/[^\s?#]*))?$", RegexOptions.ECMAScript)]
    private static partial Regex UrlPattern();
}
