using System.CommandLine;
using System.Globalization;
using Tatara.Cli.Api.Records;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class RoutesCommand : CfCommand
{
    private static readonly string[] Columns =
        ["space", "host", "domain", "port", "path", "protocol", "app-protocol", "apps", "service instance"];

    private readonly Option<bool> orgLevel;
    private readonly Option<string?> labels;

    public RoutesCommand() : base("routes", "List all routes in the current space or the current organization")
    {
        Alias = "r";
        Usage = "cf routes [--org-level]";
        RelatedCommands = "create-route, domains, map-route, unmap-route";
        orgLevel = Flag(["--org-level"], "List all the routes for all spaces of current organization");
        labels = Value(["--labels"], "Selector to filter routes by labels");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var target = session.RequireSpace();
        var selector = line.GetValue(labels);
        List<Route> routes;
        if (line.GetValue(orgLevel))
        {
            session.Terminal.Say($"Getting routes for org {target.Organization.Name} as {target.User}...\n");
            routes = await session.Api.ListRoutesAsync("organization", target.Organization.Guid, selector, stop);
        }
        else
        {
            session.Terminal.Say($"Getting routes for org {target.Organization.Name} / space {target.Space.Name} as {target.User}...\n");
            routes = await session.Api.ListRoutesAsync("space", target.Space.Guid, selector, stop);
        }

        if (routes.Count == 0) session.Terminal.Line("No routes found.");
        else session.Terminal.Table([Columns, .. await RowsAsync(session, routes, stop)]);
        return ExitCodes.Success;
    }

    private static async Task<IEnumerable<string[]>> RowsAsync(Session session, List<Route> routes, CancellationToken stop)
    {
        var spaces = await session.Api.GetSpaceNamesAsync(routes.Select(SpaceGuid), stop);
        var apps = await session.Api.GetAppNamesAsync(routes.SelectMany(route => route.To).Select(to => to.App.Guid), stop);
        return routes.Select(route => Row(route, spaces, apps)).OrderBy(row => row[0], StringComparer.OrdinalIgnoreCase);
    }

    private static string[] Row(Route route, IReadOnlyDictionary<string, string> spaces, IReadOnlyDictionary<string, string> apps) =>
    [
        spaces.GetValueOrDefault(SpaceGuid(route), ""),
        route.Host,
        DomainName(route),
        route.Port?.ToString(CultureInfo.InvariantCulture) ?? "",
        route.Path,
        route.Protocol ?? "",
        string.Join(", ", route.To.Select(to => to.Protocol ?? "http1").Distinct().Order(StringComparer.Ordinal)),
        string.Join(", ", route.To.Select(to => apps.GetValueOrDefault(to.App.Guid, "")).Distinct()),
        "",
    ];

    private static string SpaceGuid(Route route) => route.Relationships?.Space?.Data?.Guid ?? "";

    /// <summary>What is left of the address when host, port and path are taken off.</summary>
    private static string DomainName(Route route)
    {
        var name = route.Url.AsSpan();
        if (route.Path.Length > 0 && name.EndsWith(route.Path)) name = name[..^route.Path.Length];
        var port = route.Port is null ? "" : string.Create(CultureInfo.InvariantCulture, $":{route.Port}");
        if (name.EndsWith(port)) name = name[..^port.Length];
        return (route.Host.Length > 0 ? name[(route.Host.Length + 1)..] : name).ToString();
    }
}
