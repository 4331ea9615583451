using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Tatara.Containers;

/// <summary>Where one DEA's containers live on this machine. Two DEAs on a machine differ in directory, subnet and host ports.</summary>
public sealed record ContainerRuntimeOptions
{
    /// <summary>State, logs and writable layers. It identifies this runtime: what an earlier run left in it is found again.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Mount points and sockets that need not outlive a reboot; must be reachable by every user (mode 711 or more).</summary>
    public string RunDirectory { get; init; } = "/run/tatara";

    /// <summary>User and group ids 0 to 65535 inside are this + 0 to 65535 on the machine. Stack and droplet files must be owned accordingly.</summary>
    public int UserIdBase { get; init; } = 1_000_000;

    /// <summary>Addresses for containers, four for each. Must not be in use elsewhere on this machine or where apps connect to.</summary>
    public string Subnet { get; init; } = "10.253.0.0/16";

    /// <summary>Address of this machine under which mapped ports answer. Made when no interface has it.</summary>
    public string HostAddress { get; init; } = "10.254.0.1";

    /// <summary>What one container's log may take on disk until its reader has caught up; older lines are dropped beyond.</summary>
    public long LogBytes { get; init; } = 32L << 20;

    /// <summary>The containers' own name server; without it they ask <see cref="NameServers"/> and know no internal names.</summary>
    public ResolverOptions? Resolver { get; init; }

    /// <summary>Name servers for containers; none means those of the machine.</summary>
    public IReadOnlyList<string> NameServers { get; init; } = [];

    /// <summary>The way to the containers of other hosts; null: there are none.</summary>
    public TunnelOptions? Tunnel { get; init; }

    /// <summary>TCP ports of <see cref="HostAddress"/> that containers may dial, the router's for example; of this machine they reach nothing else.</summary>
    public IReadOnlyList<int> OpenPorts { get; init; } = [];

    /// <summary>Network namespaces kept ready, so that a start does not wait for one.</summary>
    public int SpareNetworks { get; init; } = 2;

    /// <summary>Where the containers' own name server listens.</summary>
    internal string ResolverAddress => Resolver?.Address ?? HostAddress;

    /// <summary>Short name of this runtime in interfaces, tables and cgroups.</summary>
    internal string Id => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(DataDirectory))))[..6];

    /// <exception cref="ArgumentException">Says which option is wrong and why.</exception>
    public void Validate()
    {
        Require(Path.IsPathRooted(DataDirectory), $"DataDirectory must be an absolute path, not \"{DataDirectory}\".");
        Require(Path.IsPathRooted(RunDirectory), $"RunDirectory must be an absolute path, not \"{RunDirectory}\".");
        Require(DataDirectory.IndexOfAny([':', ',', '\\']) < 0, "DataDirectory must have no colon, comma or backslash: overlayfs cannot name it.");
        Require(UserIdBase is >= 65536 and <= int.MaxValue - 65536, $"UserIdBase must be 65536 or more, not {UserIdBase}: containers share no user with the machine.");
        Require(IPNetwork.TryParse(Subnet, out var subnet) && subnet.BaseAddress.GetAddressBytes().Length == 4 && subnet.PrefixLength is >= 12 and <= 29,
            $"Subnet must be an IPv4 network from /12 to /29, not \"{Subnet}\".");
        Require(IPAddress.TryParse(HostAddress, out var host) && host.GetAddressBytes().Length == 4 && !IPAddress.IsLoopback(host) && !subnet.Contains(host),
            $"HostAddress must be an IPv4 address that is neither loopback nor in Subnet, not \"{HostAddress}\".");
        Require(LogBytes >= 64 << 10, $"LogBytes must be at least {64 << 10}, not {LogBytes}.");
        Require(SpareNetworks is >= 0 and <= 100, $"SpareNetworks must be 0 to 100, not {SpareNetworks}.");
        Require(Tunnel is null or { Port: >= 1 and <= 65535 }, $"Tunnel.Port must be a port, not {Tunnel?.Port}.");
        Require(OpenPorts.All(port => port is >= 1 and <= 65535), "OpenPorts must be ports.");
        foreach (var (domain, address) in Resolver?.Domains ?? new Dictionary<string, string>())
            Require(Uri.CheckHostName(domain) == UriHostNameType.Dns && IPAddress.TryParse(address, out _), $"Resolver.Domains must lead from domains to addresses, not \"{domain}\" to \"{address}\".");
        Require(Resolver?.Address is null || IPAddress.TryParse(Resolver.Address, out _), $"Resolver.Address must be an address, not \"{Resolver?.Address}\".");
        foreach (var server in NameServers.Concat(Resolver?.Upstream ?? [])) Require(IPAddress.TryParse(server, out _), $"NameServers must be addresses, not \"{server}\".");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition) throw new ArgumentException(message);
    }
}

/// <summary>A name server for containers.</summary>
/// <param name="Domains">Domains, with all below them, that lead to an address: the platform's own, which no other server may know.</param>
/// <param name="Upstream">Whom it asks for all other names; none means the machine's name servers.</param>
public sealed record ResolverOptions(IReadOnlyDictionary<string, string> Domains, IReadOnlyList<string> Upstream)
{
    /// <summary>Where it listens, made when no interface has it; null: on the host address. Others than containers must not reach it: it asks on behalf of everybody.</summary>
    public string? Address { get; init; }
}

/// <summary>A tunnel from <see cref="ContainerRuntimeOptions.HostAddress"/> to the other hosts. What goes through it is not encrypted.</summary>
/// <param name="Port">UDP, the same on all hosts.</param>
public sealed record TunnelOptions(int Port);
