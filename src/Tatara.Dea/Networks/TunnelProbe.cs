using System.Net;
using System.Net.NetworkInformation;
using Microsoft.Extensions.Logging;

namespace Tatara.Dea.Networks;

/// <summary>Asks the far ends of the tunnel now and then, and says when one falls silent and when it answers again.</summary>
internal sealed partial class TunnelProbe(DeaOptions options, PeerHosts hosts, TimeProvider time, ILogger<TunnelProbe> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>A host that starts again is not worth a line.</summary>
    private const int Silences = 3;

    private readonly Dictionary<TunnelHost, int> _silences = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (hosts.Plan is { } plan)
        {
            foreach (var gone in _silences.Keys.Except(plan.Hosts).ToList()) _silences.Remove(gone);
            var answers = await Task.WhenAll(plan.Hosts.Select(async host => (Host: host, Answered: await AnswersAsync(host.Peer.Subnet.BaseAddress, cancellationToken))));
            foreach (var (host, answered) in answers) Note(host, answered);
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    internal void Note(TunnelHost host, bool answered)
    {
        var before = _silences.GetValueOrDefault(host);
        _silences[host] = answered ? 0 : before + 1;
        if (answered && before >= Silences) Log.AnswersAgain(logger, options.Id, host);
        if (!answered && before + 1 == Silences) Log.Silent(logger, options.Id, host, Silences);
    }

    private static async Task<bool> AnswersAsync(IPAddress address, CancellationToken cancellationToken)
    {
        try
        {
            using var ping = new Ping();
            return (await ping.SendPingAsync(address, Patience, cancellationToken: cancellationToken)).Status == IPStatus.Success;
        }
        catch (PingException)
        {
            // There is no way at all.
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The tunnel of {Id} has had no answer from {Host} {Silences} times: containers there are not reached. If that host runs, UDP has to pass between both, on the port 24 above ports-from.")]
        public static partial void Silent(ILogger logger, string id, TunnelHost host, int silences);

        [LoggerMessage(LogLevel.Information, "The tunnel of {Id} has answers from {Host} again.")]
        public static partial void AnswersAgain(ILogger logger, string id, TunnelHost host);
    }
}
