using System.Collections.Concurrent;
using Tatara.Containers;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>dea.find.droplet: answers once for each instance that is meant.</summary>
internal sealed class InstanceFinder(
    DeaOptions options, InstanceTable table, RouteAnnouncer routes, InstanceLogs logs, Entitlement entitlement, TimeProvider time)
{
    private const long Megabyte = 1024 * 1024;

    /// <summary>Two measurements closer than this give no useful rate.</summary>
    private static readonly TimeSpan ShortestSpan = TimeSpan.FromMilliseconds(200);

    /// <summary>An older measurement says little about now.</summary>
    private static readonly TimeSpan LongestSpan = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, Sample> _last = new(StringComparer.Ordinal);

    public async Task AnswerAsync(NatsMsg<FindDropletRequest> question)
    {
        if (question.Data is not { } find) return;
        await Task.WhenAll(table.Matching(find).Select(i => AnswerAsync(question, i, find.IncludeStats)));
        foreach (var gone in _last.Keys.Except(table.All.Select(i => i.Guid))) _last.TryRemove(gone, out _);
    }

    private async Task AnswerAsync(NatsMsg<FindDropletRequest> question, Instance instance, bool includeStats)
    {
        var record = instance.Record;
        if (record.State.OnTheWire() is not { } state) return;
        await question.ReplyAsync(new FindDropletResponse(
            options.Id, record.Start.Droplet, record.Start.Version, record.Guid, record.Start.Index,
            state, record.StateSince.ToUnixTimeMilliseconds() / 1000.0,
            includeStats ? await DescribeAsync(instance, record) : null));
    }

    private async Task<InstanceStats> DescribeAsync(Instance instance, InstanceRecord record)
    {
        var start = record.Start;
        return new InstanceStats(
            start.Name, record.Uris, options.HostAddress, record.HostPort, InstanceEnvironment.ContainerPort,
            (time.GetUtcNow() - (record.State == InstanceState.Crashed ? record.StateSince : record.StartedAt)).TotalSeconds,
            start.Limits.Mem * Megabyte, start.Limits.Disk * Megabyte, start.Limits.Fds,
            Routable: routes.IsAnnounced(instance),
            Usage: await MeasureAsync(instance),
            Details: record.ExitDescription);
    }

    private async Task<InstanceUsage?> MeasureAsync(Instance instance)
    {
        if (instance.Container is not { } container) return null;
        try
        {
            var earlier = _last.TryGetValue(instance.Guid, out var last) && time.GetUtcNow() - last.At < LongestSpan
                ? last : await TakeSampleAsync(instance, container);
            var missing = ShortestSpan - (time.GetUtcNow() - earlier.At);
            if (missing > TimeSpan.Zero) await Task.Delay(missing, time);
            var now = await TakeSampleAsync(instance, container);
            _last[instance.Guid] = now;
            var span = now.At - earlier.At;
            var cpu = Math.Max(0, (now.Stats.CpuTime - earlier.Stats.CpuTime) / span);
            var logRate = (long)Math.Max(0, (now.LogBytes - earlier.LogBytes) / span.TotalSeconds);
            return new InstanceUsage(now.At, cpu, entitlement.Share(cpu, instance.Start.Limits.Mem), now.Stats.MemoryBytes, now.Stats.DiskBytes, logRate);
        }
        catch (ContainerException)
        {
            return null; // It ended just now.
        }
    }

    private async Task<Sample> TakeSampleAsync(Instance instance, IContainer container) =>
        new(time.GetUtcNow(), await container.StatsAsync(CancellationToken.None), logs.BytesOf(instance));

    private sealed record Sample(DateTimeOffset At, ContainerStats Stats, long LogBytes);
}
