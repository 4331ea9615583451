using Tatara.Cli.Api;
using Tatara.Cli.Api.Records;

namespace Tatara.Cli.Apps;

/// <summary>An app with all that `cf app` shows of it.</summary>
internal sealed record AppSummary(App App, IReadOnlyList<ProcessSummary> Processes, IReadOnlyList<Route> Routes, Droplet? Droplet)
{
    /// <param name="withCommands">Also ask for the start commands, which lists leave out.</param>
    public static async Task<AppSummary> GetAsync(CloudController api, App app, bool withCommands, CancellationToken stop)
    {
        var processes = new List<ProcessSummary>();
        foreach (var listed in await api.ListProcessesAsync(app.Guid, stop))
        {
            var process = withCommands ? await api.GetProcessAsync(listed.Guid, stop) : listed with { Command = null };
            var sidecars = await api.ListSidecarsAsync(process.Guid, stop);
            processes.Add(new ProcessSummary(process, sidecars, await api.GetStatsAsync(process.Guid, stop)));
        }

        var routes = await api.ListRoutesOfAppAsync(app.Guid, stop);
        return new AppSummary(app, ProcessSummary.Sorted(processes), routes, await api.TryGetCurrentDropletAsync(app.Guid, stop));
    }
}

/// <summary>A process type with its instances.</summary>
internal sealed record ProcessSummary(Process Process, IReadOnlyList<Sidecar> Sidecars, IReadOnlyList<InstanceStats> Instances)
{
    /// <summary>Running instances of all, as in 1/2.</summary>
    public string Count => $"{Instances.Count(instance => instance.IsRunning)}/{Instances.Count}";

    /// <summary>The web process first, the others by name.</summary>
    public static IReadOnlyList<ProcessSummary> Sorted(IEnumerable<ProcessSummary> processes) =>
        [.. processes.OrderBy(one => one.Process.Type != Api.Records.Process.Web).ThenBy(one => one.Process.Type, StringComparer.Ordinal)];
}
