using System.Globalization;
using Tatara.Cli.Api.Records;
using Tatara.Cli.Terminal;

namespace Tatara.Cli.Apps;

/// <summary>Shows an app's state the way `cf app` does.</summary>
internal static class AppSummaryView
{
    private static readonly string[] InstanceColumns =
        ["", "state", "since", "cpu", "memory", "disk", "logging", "cpu entitlement", "details", "ready"];

    public static void Show(ITerminal terminal, AppSummary summary, TimeProvider clock)
    {
        terminal.KeyValues([
            ("name:", summary.App.Name),
            ("requested state:", Lower(summary.App.State)),
            ("routes:", string.Join(", ", summary.Routes.Select(route => route.Url))),
            ("last uploaded:", summary.Droplet is { } droplet ? Times.Friendly(droplet.CreatedAt, clock.LocalTimeZone) : ""),
            ("stack:", summary.Droplet?.Stack ?? ""),
            ("buildpacks:", ""),
        ]);
        if (summary.Droplet?.Buildpacks is { Count: > 0 } buildpacks) ShowBuildpacks(terminal, buildpacks);
        foreach (var process in summary.Processes) Show(terminal, process, clock);
    }

    private static void ShowBuildpacks(ITerminal terminal, IReadOnlyList<DropletBuildpack> buildpacks) =>
        terminal.Table(
            [
                ["name", "version", "detect output", "buildpack name"],
                .. buildpacks.Select(one => new[] { one.Name ?? "", one.Version ?? "", one.DetectOutput ?? "", one.BuildpackName ?? "" }),
            ],
            prefix: "\t");

    private static void Show(ITerminal terminal, ProcessSummary summary, TimeProvider clock)
    {
        List<(string, string)> rows =
        [
            ("type:", summary.Process.Type),
            ("sidecars:", string.Join(", ", summary.Sidecars.Select(sidecar => sidecar.Name))),
            ("instances:", summary.Count),
            ("memory usage:", $"{summary.Process.MemoryInMb}M"),
        ];
        if (!string.IsNullOrEmpty(summary.Process.Command)) rows.Add(("start command:", summary.Process.Command));
        terminal.Line();
        terminal.KeyValues(rows);
        if (summary.Instances.Count == 0) terminal.Line("There are no running instances of this process.");
        else terminal.Table([InstanceColumns, .. summary.Instances.OrderBy(one => one.Index).Select(one => Row(terminal, one, clock))]);
    }

    private static string[] Row(ITerminal terminal, InstanceStats instance, TimeProvider clock)
    {
        var usage = instance.Usage;
        return
        [
            $"#{instance.Index}",
            State(terminal, instance.State),
            Times.Iso(clock.GetUtcNow() - TimeSpan.FromSeconds(instance.Uptime ?? 0)),
            Percent(usage?.Cpu),
            $"{ByteSize.Format(usage?.Mem ?? 0)} of {ByteSize.Format(instance.MemQuota ?? 0)}",
            $"{ByteSize.Format(usage?.Disk ?? 0)} of {ByteSize.Format(instance.DiskQuota ?? 0)}",
            $"{ByteSize.Format(usage?.LogRate ?? 0)}/s of {LogRateLimit(instance.LogRateLimit)}",
            Percent(usage?.CpuEntitlement),
            instance.Details ?? "",
            instance.Routable switch { true => "true", false => "false", null => "-" },
        ];
    }

    private static string State(ITerminal terminal, string state) =>
        state is "CRASHED" or "DOWN" ? terminal.Paint(Lower(state), Paint.BoldRed) : Lower(state);

    private static string Percent(double? share) =>
        share is null ? "" : (share.Value * 100).ToString("0.0", CultureInfo.InvariantCulture) + "%";

    private static string LogRateLimit(long? limit) => limit is null or -1 ? "unlimited" : ByteSize.Format(limit.Value) + "/s";

    private static string Lower(string text) => text.ToLowerInvariant();
}
