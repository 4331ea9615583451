using Tatara.Cli.Api;
using Tatara.Cli.Api.Records;

namespace Tatara.Cli.Logs;

/// <summary>
/// Follows an app's log: every line once, in the order of log-cache. Senders are not in step, so a line may appear
/// behind ones that were shown; each look therefore starts a while back and skips what it knows.
/// </summary>
internal sealed class LogFollower(LogCacheClient logCache, TimeProvider clock, string appGuid, long start)
{
    private const long LookBack = 2_000_000_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    private readonly Dictionary<LineKey, int> shown = [];
    private long newest;

    /// <summary>Begins behind the newest line there is.</summary>
    /// <param name="backlog">How much before that to show as well.</param>
    public static async Task<LogFollower> FromNowAsync(Session session, string appGuid, CancellationToken stop, TimeSpan backlog = default)
    {
        var logCache = session.LogCache;
        var last = await logCache.ReadNewestAsync(appGuid, 1, stop) is [var line, ..] ? line : null;
        var start = last is null ? 0 : last.Timestamp + 1 - (long)backlog.TotalNanoseconds;
        return new LogFollower(logCache, session.Clock, appGuid, start);
    }

    /// <summary>Shows lines until cancelled.</summary>
    public async Task FollowAsync(Action<LogEnvelope> show, CancellationToken stop)
    {
        while (true)
        {
            await LookAsync(show, stop);
            await Task.Delay(Pause, clock, stop);
        }
    }

    /// <summary>Shows what is left.</summary>
    public async Task DrainAsync(Action<LogEnvelope> show, CancellationToken stop)
    {
        while (await LookAsync(show, stop) > 0)
        {
        }
    }

    /// <returns>How many lines were new.</returns>
    private async Task<int> LookAsync(Action<LogEnvelope> show, CancellationToken stop)
    {
        var count = 0;
        var from = Math.Max(start, newest - LookBack);
        while (true)
        {
            var page = await logCache.ReadFromAsync(appGuid, from, stop);
            var fresh = Fresh(page);
            foreach (var line in fresh)
            {
                newest = Math.Max(newest, line.Timestamp);
                show(line);
            }

            count += fresh.Count;
            // A full page may hide more behind it; one that is all known must not be asked for again.
            if (page.Count < LogCacheClient.MaxLines) break;
            from = Math.Max(from + 1, page[^1].Timestamp);
        }

        Forget();
        return count;
    }

    /// <summary>The lines of a page that were not shown. Equal lines of one moment are told apart by counting them.</summary>
    private List<LogEnvelope> Fresh(IReadOnlyList<LogEnvelope> page)
    {
        var seen = new Dictionary<LineKey, int>();
        var fresh = new List<LogEnvelope>();
        foreach (var line in page.OrderBy(line => line.Timestamp))
        {
            var key = LineKey.Of(line);
            var nth = seen[key] = seen.GetValueOrDefault(key) + 1;
            if (nth <= shown.GetValueOrDefault(key)) continue;
            shown[key] = nth;
            fresh.Add(line);
        }

        return fresh;
    }

    private void Forget()
    {
        foreach (var key in shown.Keys.Where(key => key.Timestamp < newest - 2 * LookBack).ToList()) shown.Remove(key);
    }

    private readonly record struct LineKey(long Timestamp, string Source, string Instance, string Type, string Payload)
    {
        public static LineKey Of(LogEnvelope line) => new(
            line.Timestamp, LogLines.SourceType(line), line.InstanceId ?? "", line.Log?.Type ?? "", Convert.ToBase64String(line.Log?.Payload ?? []));
    }
}
