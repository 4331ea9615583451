using System.Net;
using System.Net.NetworkInformation;
using Microsoft.Extensions.Logging;

namespace Tatara.Dea.Networks;

/// <summary>
/// Asks the far ends of the tunnel now and then, and says when one begins to answer and when it falls silent although its DEA is there:
/// then something between both hosts keeps the tunnel's packets back.
/// </summary>
internal sealed partial class TunnelProbe(DeaOptions options, PeerHosts hosts, AddressBook addresses, TimeProvider time, ILogger<TunnelProbe> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>A host that starts again is not worth a line.</summary>
    private const int Silences = 3;

    private readonly Dictionary<TunnelHost, Answers> _answers = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (hosts.Plan is { } plan)
        {
            foreach (var gone in _answers.Keys.Except(plan.Hosts).ToList()) _answers.Remove(gone);
            var asked = plan.Hosts.Where(host => addresses.Hears(host.Dea)).Select(async host => (Host: host, Answered: await AnswersAsync(host.Peer.Subnet.BaseAddress, cancellationToken)));
            foreach (var (host, answered) in await Task.WhenAll(asked)) Note(host, answered);
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    internal void Note(TunnelHost host, bool answered)
    {
        var before = _answers.GetValueOrDefault(host) ?? new Answers(HasThem: false, Silences: 0);
        var now = answered ? new Answers(HasThem: true, Silences: 0) : before with { Silences = before.Silences + 1 };
        if (answered && !before.HasThem) Log.HasAnswers(logger, options.Id, host);
        if (now.Silences == Silences)
        {
            now = now with { HasThem = false };
            Log.Silent(logger, options.Id, host, Silences);
        }
        _answers[host] = now;
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

    private sealed record Answers(bool HasThem, int Silences);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "The tunnel of {Id} has answers from {Host}.")]
        public static partial void HasAnswers(ILogger logger, string id, TunnelHost host);

        [LoggerMessage(LogLevel.Warning, "The tunnel of {Id} has had no answer from {Host} {Silences} times, and its DEA is there: containers of both do not reach each other. Let UDP pass between both hosts, on the port 24 above ports-from.")]
        public static partial void Silent(ILogger logger, string id, TunnelHost host, int silences);
    }
}
