using Tatara.Configuration;
using Tatara.Peers;

namespace Tatara.Hosts;

/// <summary>What a host is told by its configuration file: who it is, what it runs, and where its platform is.</summary>
internal sealed record HostConfiguration
{
    public const string UsualFile = "/etc/tatara/tatara.yml";

    public required string File { get; init; }

    /// <summary>What it runs.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Unique among the platform's hosts.</summary>
    public required string Name { get; init; }

    /// <summary>Where the other hosts reach it, and where its roles listen.</summary>
    public required string Address { get; init; }

    /// <summary>The addresses of its containers.</summary>
    public required ContainerNetwork ContainerNetwork { get; init; }

    /// <summary>What Cloud Controller and Health Manager know its DEA by.</summary>
    public required string DeaId { get; init; }

    /// <summary>What a machine's roles are told anyway.</summary>
    public required PlatformOptions Platform { get; init; }

    public HostIdentity Identity => new(Platform.ClusterDirectory);

    /// <summary>Where a role listens, on every host of the platform.</summary>
    public int PortOf(string role) => role switch
    {
        PeerRole.Bus => Platform.BusPort,
        PeerRole.CloudController => Platform.CloudControllerPort,
        PeerRole.Uaa => Platform.UaaPort,
        PeerRole.LogCache => Platform.LogCachePort,
        PeerRole.Authority => Platform.AuthorityPort,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "Nobody asks for this role by its address."),
    };
}
