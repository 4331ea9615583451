using Microsoft.Extensions.Logging;
using Tatara.Containers;

namespace Tatara.Dea.Networks;

/// <summary>Keeps the tunnel to other hosts' containers as the list of members wants it.</summary>
internal sealed partial class TunnelKeeper(DeaOptions options, PeerHosts hosts, IContainerRuntime containers, NetworkKeeper network, TimeProvider time, ILogger<TunnelKeeper> logger)
{
    /// <summary>The list of members is asked for as often.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>After so many intervals without news the tunnel is looked at anyway: somebody may have changed it by hand.</summary>
    private const int IntervalsBetweenLooks = 15;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (hosts.Plan is null) return;
        TunnelPlan? done = null;
        string? trouble = null;
        for (var looks = 0; ; looks++)
        {
            var plan = hosts.Plan;
            if (plan != done || looks % IntervalsBetweenLooks == 0)
            {
                try
                {
                    await containers.SetTunnelAsync([.. plan.Hosts.Select(h => h.Peer)], cancellationToken);
                    if (plan != done) Tell(plan, done);
                    (done, trouble) = (plan, null);
                }
                catch (ContainerException e)
                {
                    if (trouble != e.Message) Log.Failed(logger, e, options.Id);
                    (done, trouble) = (null, e.Message);
                }
            }
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    private void Tell(TunnelPlan plan, TunnelPlan? before)
    {
        // What a host that just joined said of its containers was not believed until now.
        network.NoteAddresses();
        if (before is null || !plan.Hosts.SequenceEqual(before.Hosts)) Log.Leads(logger, options.Id, options.Subnet.ToString(), plan.Hosts.Count, string.Join(", ", plan.Hosts));
        foreach (var reason in plan.Refused.Except(before?.Refused ?? [])) Log.Refused(logger, options.Id, reason);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "The tunnel of {Id} ({Subnet}) leads to {Count} other hosts: {Hosts}")]
        public static partial void Leads(ILogger logger, string id, string subnet, int count, string hosts);

        [LoggerMessage(LogLevel.Error, "The tunnel of {Id}: {Reason}")]
        public static partial void Refused(ILogger logger, string id, string reason);

        [LoggerMessage(LogLevel.Error, "The tunnel of {Id} to containers of other hosts could not be brought up to date; it is tried again.")]
        public static partial void Failed(ILogger logger, Exception error, string id);
    }
}
