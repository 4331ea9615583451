using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Tatara.Dea.Instances;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Dea.Networks;

/// <summary>Where all containers are: this DEA's own, and those that other DEAs tell of.</summary>
internal sealed class AddressBook(DeaOptions options, InstanceTable table, PeerHosts hosts, NatsConnection bus, TimeProvider time)
{
    /// <summary>How often a DEA says where its containers are.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>What a DEA said counts until three messages in a row are lost.</summary>
    private static readonly TimeSpan TimeToLive = 3 * Interval;

    private readonly ConcurrentDictionary<string, (ContainerAddresses Said, long At)> _others = new(StringComparer.Ordinal);

    /// <summary>Of this DEA. Names lead to instances that are healthy.</summary>
    public IReadOnlyList<ContainerAddress> Own() =>
    [
        .. table.All.Where(i => i.IsAlive && i.Container is not null).Select(i => new ContainerAddress(
            AppOf(i.Start), i.Start.Index, i.Container!.Address, i.State == InstanceState.Running ? i.Record.InternalNames ?? [] : [])),
    ];

    /// <summary>Between hosts, a DEA is believed about its own host's addresses alone.</summary>
    public IReadOnlyList<ContainerAddress> All()
    {
        var plan = hosts.Plan;
        return [.. Own(), .. _others.Values.Where(o => time.GetElapsedTime(o.At) < TimeToLive)
            .SelectMany(o => o.Said.Containers.Where(c => plan is null || plan.Owns(o.Said.Dea, IPAddress.Parse(c.Address))))];
    }

    /// <summary>Where a DEA, or every one by *, says where its containers are.</summary>
    public string SubjectOf(string dea) => options.Peers is null ? Subjects.NetworkAddresses : Subjects.NetworkAddressesOf(dea);

    /// <summary>Tells the others.</summary>
    public async Task AnnounceAsync()
    {
        if (bus.IsConnected) await bus.PublishAsync(SubjectOf(options.Id), new ContainerAddresses(options.Id, Own()));
    }

    /// <summary>Hears from another. True when that changes anything.</summary>
    /// <param name="subject">Where it was said: between hosts nobody else can say something there.</param>
    public bool Hear(string subject, ContainerAddresses said)
    {
        if (said.Dea == options.Id || subject != SubjectOf(said.Dea)) return false;
        foreach (var (dea, _) in _others.Where(o => time.GetElapsedTime(o.Value.At) >= TimeToLive)) _others.TryRemove(dea, out _);
        // As it is written: 10.4102 would be an address here, and perhaps another one to the firewall.
        var sound = said with { Containers = [.. said.Containers.Where(c => IPAddress.TryParse(c.Address, out var address) && address.GetAddressBytes().Length == 4 && address.ToString() == c.Address)] };
        var before = _others.TryGetValue(said.Dea, out var known) ? known.Said : null;
        _others[said.Dea] = (sound, time.GetTimestamp());
        return before is null || JsonSerializer.Serialize(before, ProtocolJson.Default.ContainerAddresses) != JsonSerializer.Serialize(sound, ProtocolJson.Default.ContainerAddresses);
    }

    /// <summary>Whether a DEA is there, by what it says on the bus.</summary>
    public bool Hears(string dea) => _others.TryGetValue(dea, out var known) && time.GetElapsedTime(known.At) < TimeToLive;

    public static string AppOf(DeaStartMessage start) => FieldOf(start, "application_id") ?? start.Droplet;

    public static string? SpaceOf(DeaStartMessage start) => FieldOf(start, "space_id");

    private static string? FieldOf(DeaStartMessage start, string name) =>
        start.VcapApplication is { ValueKind: JsonValueKind.Object } application
        && application.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
