using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tatara.Containers;
using Tatara.Dea.Instances;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Dea.Networks;

/// <summary>
/// Keeps the containers' network as it should be: 1. what they may reach, 2. which of them may dial which, 3. what their
/// names are. Looks when something is said to have changed, and now and then, should that have been lost.
/// </summary>
internal sealed partial class NetworkKeeper(
    InstanceTable table, AddressBook addresses, IContainerRuntime containers, NatsConnection bus, TimeProvider time, ILogger<NetworkKeeper> logger)
{
    /// <summary>Changes that come in a burst are looked at together.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a Cloud Controller may take to answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Rules are asked for again after so many intervals of <see cref="AddressBook.Interval"/> without news.</summary>
    private const int IntervalsBetweenQuestions = 6;

    /// <summary>Names of one instance; a route more than that has none.</summary>
    private const int MaxNames = 100;

    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, string> _egress = new(StringComparer.Ordinal);
    private NetworkRules _rules = new(new Dictionary<string, IReadOnlyList<EgressRule>>(), []);
    private string? _links;
    private HashSet<string> _asked = [];
    private volatile bool _rulesChanged = true;

    /// <summary>Security groups or policies changed.</summary>
    public void NoteRules()
    {
        _rulesChanged = true;
        NoteAddresses();
    }

    /// <summary>Containers came, went, or changed their names.</summary>
    public void NoteAddresses() => _news.Writer.TryWrite(true);

    public void Hear(string subject, ContainerAddresses said)
    {
        if (addresses.Hear(subject, said)) NoteAddresses();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        table.Changed += NoteAddresses;
        try
        {
            string? announced = null;
            for (var silence = 0; ; silence = await IsNewsAsync(cancellationToken) ? 0 : silence + 1)
            {
                if (silence % IntervalsBetweenQuestions == IntervalsBetweenQuestions - 1) _rulesChanged = true;
                try
                {
                    await KeepAsync(cancellationToken);
                    var own = string.Join(';', addresses.Own().Select(a => $"{a.App} {a.Index} {a.Address} {string.Join(' ', a.Names)}").Order(StringComparer.Ordinal));
                    if (own == announced && silence == 0) continue;
                    await addresses.AnnounceAsync();
                    announced = own;
                }
                catch (Exception e) when (e is ContainerException or NatsException)
                {
                    Log.Failed(logger, e);
                }
            }
        }
        finally
        {
            table.Changed -= NoteAddresses;
        }
    }

    /// <summary>Waits for news; false when there are none for an interval.</summary>
    private async Task<bool> IsNewsAsync(CancellationToken cancellationToken)
    {
        using var interval = new CancellationTokenSource(AddressBook.Interval, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(interval.Token, cancellationToken);
        try
        {
            await _news.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        await Task.Delay(Pause, time, cancellationToken);
        return true;
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        var instances = table.All.Where(i => i.IsAlive && i.Container is not null).ToList();
        await AskAsync(instances, cancellationToken);
        // 1.
        foreach (var instance in instances) await KeepEgressAsync(instance, cancellationToken);
        foreach (var gone in _egress.Keys.Except(instances.Select(i => i.Guid)).ToList()) _egress.Remove(gone);

        // 2.
        var all = addresses.All();
        var links = Links(all);
        var written = string.Join('\n', links);
        if (written != _links)
        {
            await containers.SetLinksAsync(links, cancellationToken);
            _links = written;
        }

        // 3.
        await containers.SetNamesAsync(Names(all), cancellationToken);
    }

    /// <summary>Asks for the rules when they changed, or when there is an app that nobody asked about yet.</summary>
    private async Task AskAsync(List<Instance> instances, CancellationToken cancellationToken)
    {
        var spaces = instances.Select(i => AddressBook.SpaceOf(i.Start)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var apps = instances.Select(i => AddressBook.AppOf(i.Start)).ToHashSet(StringComparer.Ordinal);
        var needed = spaces.Concat(apps).ToHashSet(StringComparer.Ordinal);
        if ((!_rulesChanged && needed.IsSubsetOf(_asked)) || !bus.IsConnected) return;
        _rulesChanged = false;
        if (needed.Count == 0)
        {
            _asked = needed;
            return;
        }
        try
        {
            var answer = await bus.RequestAsync<NetworkRulesRequest, NetworkRules>(
                Subjects.NetworkRules, new NetworkRulesRequest([.. spaces], [.. apps]), Patience, cancellationToken);
            if (answer.Data is not { } rules) return;
            (_rules, _asked) = (rules, needed);
        }
        catch (NatsException e)
        {
            // What holds goes on holding; the next interval asks again.
            _rulesChanged = true;
            Log.NoAnswer(logger, e.Message);
        }
    }

    private async Task KeepEgressAsync(Instance instance, CancellationToken cancellationToken)
    {
        if (AddressBook.SpaceOf(instance.Start) is not { } space || !_rules.Egress.TryGetValue(space, out var rules)) return;
        var written = string.Join('\n', rules);
        if (_egress.GetValueOrDefault(instance.Guid) == written) return;
        await instance.Container!.SetEgressAsync(EgressReader.Read(rules), cancellationToken);
        _egress[instance.Guid] = written;
    }

    private List<ContainerLink> Links(IReadOnlyList<ContainerAddress> all)
    {
        var byApp = all.ToLookup(a => a.App, a => a.Address, StringComparer.Ordinal);
        return
        [
            .. from policy in _rules.Policies
               let protocol = policy.Protocol == "udp" ? EgressProtocol.Udp : EgressProtocol.Tcp
               where policy is { StartPort: >= 1, EndPort: <= 65535 } && policy.StartPort <= policy.EndPort
               from source in byApp[policy.Source]
               from destination in byApp[policy.Destination]
               where source != destination
               orderby source, destination, protocol, policy.StartPort, policy.EndPort
               select new ContainerLink(source, destination, protocol, new PortRange(policy.StartPort, policy.EndPort)),
        ];
    }

    /// <summary>host.apps.internal leads to all healthy instances, 0.host.apps.internal to the one of that index.</summary>
    private static Dictionary<string, IReadOnlyList<string>> Names(IReadOnlyList<ContainerAddress> all) =>
        all.GroupBy(a => a.Address, StringComparer.Ordinal).ToDictionary(g => g.Key, g => (IReadOnlyList<string>)
            [.. g.SelectMany(a => a.Names.Where(IsName).Take(MaxNames).SelectMany(name => (string[])[name, FormattableString.Invariant($"{a.Index}.{name}")])).Distinct()]);

    /// <summary>It becomes a word of a file.</summary>
    private static bool IsName(string name) => Uri.CheckHostName(name) == UriHostNameType.Dns;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The containers' network could not be brought up to date; it is tried again.")]
        public static partial void Failed(ILogger logger, Exception error);

        [LoggerMessage(LogLevel.Warning, "No Cloud Controller says what holds for the containers' network: {Reason}")]
        public static partial void NoAnswer(ILogger logger, string reason);
    }
}
