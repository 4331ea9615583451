namespace Tatara.Containers;

/// <summary>Makes containers and finds those that were made before: the seam between a DEA and the machine.</summary>
public interface IContainerRuntime
{
    /// <summary>Prepares the machine (volume, network rules). Doing it again is harmless.</summary>
    Task InitializeAsync(CancellationToken cancellationToken);

    /// <summary>Creates and starts a container. Any failure leaves nothing behind.</summary>
    /// <exception cref="ContainerException">It could not be created; the message says why and names the handle.</exception>
    Task<IContainer> CreateAsync(ContainerSpec spec, CancellationToken cancellationToken);

    /// <summary>
    /// The containers that an earlier run of this DEA left, running or exited. Remains that belong to none are removed.
    /// To be called once, before any is created.
    /// </summary>
    Task<IReadOnlyList<IContainer>> RecoverAsync(CancellationToken cancellationToken);

    /// <summary>Which containers may dial which others: these and no more. Connections that are open stay open.</summary>
    Task SetLinksAsync(IReadOnlyList<ContainerLink> links, CancellationToken cancellationToken);

    /// <summary>
    /// The other hosts whose containers are reached through the tunnel: these and no more. What is there already stays as it is.
    /// Does nothing when the runtime has no tunnel.
    /// </summary>
    Task SetTunnelAsync(IReadOnlyList<TunnelPeer> peers, CancellationToken cancellationToken);

    /// <summary>The internal names that containers can look up: these and no more. Does nothing when the runtime has no name server.</summary>
    /// <param name="namesByAddress">IPv4 addresses with the names that lead there; a name may lead to several.</param>
    Task SetNamesAsync(IReadOnlyDictionary<string, IReadOnlyList<string>> namesByAddress, CancellationToken cancellationToken);

    /// <summary>
    /// Tries again what could not be removed before, and removes remains that belong to no container. Harms neither containers
    /// nor what is being created or destroyed at this moment. To be called now and then, after <see cref="RecoverAsync"/>.
    /// </summary>
    Task SweepAsync(CancellationToken cancellationToken);

    /// <summary>Destroys all containers, and takes back what was done to the machine for them.</summary>
    Task RemoveAllAsync(CancellationToken cancellationToken);
}
