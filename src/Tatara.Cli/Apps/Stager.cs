using Tatara.Cli.Api;
using Tatara.Cli.Api.Records;
using Tatara.Cli.Logs;

namespace Tatara.Cli.Apps;

/// <summary>Turns a package into a droplet and shows the staging log as it grows.</summary>
internal sealed class Stager(Session session)
{
    private const string StagingSource = "STG";

    /// <returns>The droplet's guid.</returns>
    /// <exception cref="CfException">Staging failed or took too long.</exception>
    public async Task<string> StageAsync(App app, string packageGuid, CancellationToken stop)
    {
        session.Terminal.Line("Staging app and tracing logs...");
        LogFollower? log = null;
        await Quietly(async () => log = await LogFollower.FromNowAsync(session, app.Guid, stop));
        var build = await session.Api.CreateBuildAsync(packageGuid, stop);

        using var staged = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var showing = log is null ? Task.CompletedTask : ShowLogAsync(log, staged.Token);
        try
        {
            build = await WaitAsync(app, build, stop);
        }
        finally
        {
            await staged.CancelAsync();
            await showing;
        }

        // Lines that were written before the end may have been stored just after the last look.
        if (log is not null) await Quietly(() => log.DrainAsync(Show, stop));
        return build.State == "STAGED" && build.Droplet is { } droplet ? droplet.Guid : throw Failure(build, app);
    }

    private async Task<Build> WaitAsync(App app, Build build, CancellationToken stop)
    {
        var api = session.Api;
        var limit = session.Environment.StagingTimeout;
        var inTime = await Polling.UntilAsync(
            session.Clock,
            async () => (build = await api.GetBuildAsync(build.Guid, stop)).State is "STAGED" or "FAILED",
            limit,
            stop);
        return inTime ? build : throw new CfException($"Error staging application {app.Name}: timed out after {limit.TotalMinutes} minute(s)");
    }

    private async Task ShowLogAsync(LogFollower log, CancellationToken stop)
    {
        try
        {
            await Quietly(() => log.FollowAsync(Show, stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>Staging goes on though its log cannot be read.</summary>
    private async Task Quietly(Func<Task> read)
    {
        try
        {
            await read();
        }
        catch (CfException error)
        {
            session.Terminal.Warn($"{error.Message}");
        }
    }

    private void Show(LogEnvelope line)
    {
        if (LogLines.SourceType(line) == StagingSource) LogLines.Show(session.Terminal, line, zone: null);
    }

    private static CfException Failure(Build build, App app)
    {
        var reason = build.Error ?? "no reason was given";
        var tip = reason.Contains("NoAppDetectedError", StringComparison.Ordinal)
            ? "TIP: Use 'cf buildpacks' to see a list of supported buildpacks."
            : $"TIP: use 'cf logs {app.Name} --recent' for more information";
        return new CfException($"Error staging application: {reason}\n\n{tip}");
    }
}
