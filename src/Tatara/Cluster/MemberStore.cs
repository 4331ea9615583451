using System.Net;
using Tatara.Configuration;
using Tatara.Hosts;
using Tatara.Peers;

namespace Tatara.Cluster;

/// <summary>The authority's list of members, changed by one at a time, whichever process it is.</summary>
internal sealed class MemberStore(string file)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public MemberList Read() => File.Exists(file) ? MemberList.Read(file) : new MemberList([]);

    /// <exception cref="SetupException">It cannot be: the name is somebody's, or there are too many.</exception>
    public async Task<Member> AddAsync(string name, string address, IReadOnlyList<string> roles, string? dea, string pin, CancellationToken cancellationToken)
    {
        Member? added = null;
        await ChangeAsync(list =>
        {
            if (list.Members.Any(m => m.Name == name))
                throw new SetupException($"The name '{name}' is or was that of another host.", "Choose another one: tatara join TOKEN --name NAME");
            if (list.Present.FirstOrDefault(m => m.Address == address) is { } same)
                throw new SetupException($"{address} is the address of the host '{same.Name}' already.", $"If that host is no more, remove it first: tatara remove {same.Name}");
            if (list.Present.FirstOrDefault(m => m.Network is { } network && IPNetwork.Parse(network).Contains(IPAddress.Parse(address))) is { } owner)
                throw new SetupException($"{address} is among the addresses of the containers of the host '{owner.Name}', {owner.Network}.", "Give this host an address outside 10.240.0.0/12, which containers have.");
            added = new Member(name, address, roles, roles.Contains(PeerRole.Dea) ? FreeNetwork(list, address) : null, dea, pin);
            return new MemberList([.. list.Members, added]);
        }, cancellationToken);
        return added!;
    }

    /// <exception cref="SetupException">There is none of that name.</exception>
    public Task RemoveAsync(string name, DateTimeOffset now, CancellationToken cancellationToken) => ChangeAsync(list =>
    {
        if (list.Present.FirstOrDefault(m => m.Name == name) is not { } member)
            throw new SetupException($"No host is called '{name}'.", $"There are: {string.Join(", ", list.Present.Select(m => m.Name))}.");
        if (member.Roles.Contains(PeerRole.Authority)) throw new SetupException($"{name} holds the key of the authority and cannot be removed.", "");
        return new MemberList([.. list.Members.Select(m => m == member ? m with { RemovedAt = now } : m)]);
    }, cancellationToken);

    /// <summary>It has another key from now on.</summary>
    public Task PinAsync(string name, string pin, CancellationToken cancellationToken) =>
        ChangeAsync(list => new MemberList([.. list.Members.Select(m => m.Name == name && m.RemovedAt is null ? m with { Pin = pin } : m)]), cancellationToken);

    private static string FreeNetwork(MemberList list, string address)
    {
        var taken = list.Present.Where(m => m.Network is not null).Select(m => IPNetwork.Parse(m.Network!)).ToList();
        var hosts = list.Present.Select(m => m.Address).Append(address).Select(IPAddress.Parse).ToList();
        for (var i = 0; i < ContainerNetwork.Max; i++)
        {
            var free = ContainerNetwork.Number(i);
            if (!taken.Any(free.Overlaps) && !hosts.Any(IPNetwork.Parse(free.Subnet).Contains)) return free.Subnet;
        }
        throw new SetupException($"{ContainerNetwork.Max} hosts run DEAs, and each has a part of the containers' network: there is none left.", "Remove hosts that are no more: tatara remove NAME");
    }

    private async Task ChangeAsync(Func<MemberList, MemberList> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var taken = Up.PlatformLock.TryTake(file + ".lock");
            if (taken is null)
            {
                await Task.Delay(Pause, cancellationToken);
                continue;
            }
            AtomicFile.Write(file, change(Read()) + "\n", secret: false);
            return;
        }
    }
}
