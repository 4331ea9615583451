using Tatara.Cli.Api;
using Tatara.Cli.Api.Records;

namespace Tatara.Cli.Apps;

/// <summary>Waits until an app that was told to start runs.</summary>
internal sealed class AppStarter(Session session)
{
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(3);

    private string? said;
    private long saidAt;

    /// <exception cref="AppStartException">All instances crashed, or none ran in time.</exception>
    public async Task WaitAsync(App app, CancellationToken stop)
    {
        var api = session.Api;
        var processes = await api.ListProcessesAsync(app.Guid, stop);
        var inTime = await Polling.UntilAsync(
            session.Clock, () => AllStableAsync(api, app, processes, stop), session.Environment.StartupTimeout, stop);
        if (!inTime) throw AppStartException.TimedOut(app.Name);
    }

    /// <summary>A process is stable when an instance of it runs, or when it should have none.</summary>
    private async Task<bool> AllStableAsync(CloudController api, App app, IReadOnlyList<Process> processes, CancellationToken stop)
    {
        foreach (var process in processes)
        {
            var instances = await api.GetStatsAsync(process.Guid, stop);
            if (instances.Count == 0 || instances.Any(instance => instance.IsRunning)) continue;
            Tell(instances.Select(instance => instance.Details).FirstOrDefault(details => !string.IsNullOrEmpty(details)));
            if (instances.All(instance => instance.IsCrashed)) throw AppStartException.Crashed(app.Name);
            return false;
        }

        return true;
    }

    private void Tell(string? details)
    {
        var text = details is null ? "Instances starting..." : $"Error starting instances: '{details}'";
        if (text == said && session.Clock.GetElapsedTime(saidAt) < Reminder) return;
        session.Terminal.Line(text);
        (said, saidAt) = (text, session.Clock.GetTimestamp());
    }
}

/// <summary>An app did not come up.</summary>
internal sealed class AppStartException : CfException
{
    private AppStartException(string message, bool hasCrashed) : base(message) => HasCrashed = hasCrashed;

    /// <summary>Its instances are there to look at, and crashed.</summary>
    public bool HasCrashed { get; }

    public static AppStartException Crashed(string app) =>
        new($"Start unsuccessful\n\nTIP: use 'cf logs {app} --recent' for more information", hasCrashed: true);

    public static AppStartException TimedOut(string app) => new(
        "Start app timeout\n\nTIP: Application must be listening on the right port. "
        + $"Instead of hard coding the port, use the $PORT environment variable.\n\nUse 'cf logs {app} --recent' for more information",
        hasCrashed: false);
}
