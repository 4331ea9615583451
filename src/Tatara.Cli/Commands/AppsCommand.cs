using System.CommandLine;
using Tatara.Cli.Api.Records;
using Tatara.Cli.Apps;
using Tatara.Cli.CommandLine;

namespace Tatara.Cli.Commands;

internal sealed class AppsCommand : CfCommand
{
    private readonly Option<string?> labels;
    private readonly Option<bool> noStats;

    public AppsCommand() : base("apps", "List all apps in the target space")
    {
        Alias = "a";
        Usage = "cf apps [--labels SELECTOR]";
        Examples = "cf apps\ncf apps --labels 'environment in (production,staging),tier in (backend)'\ncf apps --labels 'env=dev,!chargeback-code,tier in (backend,worker)'";
        RelatedCommands = "events, logs, map-route, push, scale, start, stop, restart";
        labels = Value(["--labels"], "Selector to filter apps by labels");
        noStats = Flag(["--no-stats"], "Do not retrieve process stats");
    }

    public override async Task<int> RunAsync(Session session, ParseResult line, CancellationToken stop)
    {
        var target = session.RequireSpace();
        session.Terminal.Say($"Getting apps in org {target.Organization.Name} / space {target.Space.Name} as {target.User}...");
        session.Terminal.Line();
        var apps = await session.Api.ListAppsAsync(target.Space.Guid, line.GetValue(labels), stop);
        if (apps.Count == 0)
        {
            session.Terminal.Line("No apps found");
            return ExitCodes.Success;
        }

        var guids = apps.Select(app => app.Guid).ToList();
        var withStats = !line.GetValue(noStats);
        var processes = withStats ? await GetProcessesAsync(session, guids, stop) : null;
        var routes = (await session.Api.ListRoutesOfAppsAsync(guids, stop))
            .SelectMany(route => route.To.Select(to => (App: to.App.Guid, route.Url)))
            .Distinct()
            .ToLookup(pair => pair.App, pair => pair.Url);
        session.Terminal.Table([Header(withStats), .. apps.Select(app => Row(app, processes, routes[app.Guid]))]);
        return ExitCodes.Success;
    }

    private static string[] Header(bool withStats) =>
        withStats ? ["name", "requested state", "processes", "routes"] : ["name", "requested state", "routes"];

    private static string[] Row(App app, ILookup<string, ProcessSummary>? processes, IEnumerable<string> routes)
    {
        var state = app.State.ToLowerInvariant();
        var urls = string.Join(", ", routes);
        if (processes is null) return [app.Name, state, urls];
        var counts = ProcessSummary.Sorted(processes[app.Guid]).Select(one => $"{one.Process.Type}:{one.Count}");
        return [app.Name, state, string.Join(", ", counts), urls];
    }

    private static async Task<ILookup<string, ProcessSummary>> GetProcessesAsync(Session session, IReadOnlyList<string> appGuids, CancellationToken stop)
    {
        var api = session.Api;
        var all = await api.ListProcessesOfAppsAsync(appGuids, stop);
        var summaries = await Task.WhenAll(all.Select(async process => new ProcessSummary(process, [], await api.GetStatsAsync(process.Guid, stop))));
        return summaries.ToLookup(one => one.Process.Relationships?.App?.Data?.Guid ?? "");
    }
}
