namespace Tatara.Protocol;

/// <summary>What the containers of an app may reach: one rule of an application security group.</summary>
/// <param name="Protocol">tcp, udp, icmp or all.</param>
/// <param name="Destination">IPv4 addresses, CIDRs and ranges "a-b", separated by commas.</param>
/// <param name="Ports">For tcp and udp: ports and ranges "a-b", separated by commas.</param>
/// <param name="Type">For icmp; -1 means any.</param>
/// <param name="Code">For icmp; -1 means any.</param>
/// <param name="Log">Whether what it allows is written to the machine's log.</param>
public sealed record EgressRule(string Protocol, string Destination, string? Ports = null, int? Type = null, int? Code = null, bool Log = false);

/// <summary>The instances of one app may reach those of another.</summary>
/// <param name="Source">Guid of the app that connects.</param>
/// <param name="Destination">Guid of the app that is reached.</param>
/// <param name="Protocol">tcp or udp.</param>
/// <param name="StartPort">First port of the range, inside the container.</param>
/// <param name="EndPort">Last port of the range.</param>
public sealed record NetworkPolicyRule(string Source, string Destination, string Protocol, int StartPort, int EndPort);

/// <summary>tatara.network.rules: a DEA asks what holds for the containers it has.</summary>
/// <param name="Spaces">Guids of their spaces.</param>
/// <param name="Apps">Guids of their apps.</param>
public sealed record NetworkRulesRequest(IReadOnlyList<string> Spaces, IReadOnlyList<string> Apps);

/// <summary>The answer to <see cref="NetworkRulesRequest"/>.</summary>
/// <param name="Egress">For each space that was asked for, what its running apps may reach.</param>
/// <param name="Policies">Those that begin or end at an app that was asked for.</param>
public sealed record NetworkRules(IReadOnlyDictionary<string, IReadOnlyList<EgressRule>> Egress, IReadOnlyList<NetworkPolicyRule> Policies);

/// <summary>tatara.network.addresses, and between hosts with the DEA's id behind it: all running containers of a DEA, said again every 10 s and when they change.</summary>
/// <param name="Dea">Id of the DEA. What it said before is forgotten with each message, and by itself after 30 s.</param>
public sealed record ContainerAddresses(string Dea, IReadOnlyList<ContainerAddress> Containers);

/// <summary>Where a container is.</summary>
/// <param name="App">Guid of the app.</param>
/// <param name="Address">IPv4, as other containers see it.</param>
/// <param name="Names">Internal names that lead to it (host.apps.internal), while it is healthy.</param>
public sealed record ContainerAddress(string App, int Index, string Address, IReadOnlyList<string> Names);
