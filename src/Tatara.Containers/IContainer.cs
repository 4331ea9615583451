namespace Tatara.Containers;

/// <summary>A container that was created. It outlives the process that created it.</summary>
public interface IContainer
{
    /// <summary>The name it was created under.</summary>
    string Handle { get; }

    /// <summary>What it was created from.</summary>
    ContainerSpec Spec { get; }

    /// <summary>Its address on this machine's container network.</summary>
    string Address { get; }

    /// <summary>When its process was started.</summary>
    DateTimeOffset StartedAt { get; }

    /// <summary>File that holds all its process has written, in the Kubernetes log format (time, stream, P or F, text), whether or not anyone reads along.</summary>
    /// <remarks>At its limit it is replaced by an empty one of the same name; a reader that keeps the old one open can still read it to its end.</remarks>
    string LogFile { get; }

    /// <summary>
    /// How many bytes <see cref="LogFile"/> has had in all, in files that are gone as well: rather too little, by a sixth at most.
    /// Null when nobody counts any more, as after its end.
    /// </summary>
    long? LoggedBytes { get; }

    /// <summary>Ends when the process has: by itself, by a signal, or before the DEA was restarted.</summary>
    Task<ContainerExit> WaitAsync(CancellationToken cancellationToken);

    /// <summary>SIGTERM to the process, then SIGKILL to everything inside when the grace is over. Returns when nothing runs any more.</summary>
    Task StopAsync(TimeSpan grace, CancellationToken cancellationToken);

    /// <summary>Kills what runs and removes every trace: mounts, network, cgroups, files. Harmless to repeat.</summary>
    Task DestroyAsync(CancellationToken cancellationToken);

    /// <summary>Changes what it may reach, at once. Connections that are open stay open.</summary>
    Task SetEgressAsync(IReadOnlyList<AllowedTraffic> allowed, CancellationToken cancellationToken);

    /// <summary>How many TCP connections from outside are open to a port of its; 0 when it has ended.</summary>
    Task<int> CountConnectionsAsync(int port, CancellationToken cancellationToken);

    /// <summary>What it uses now.</summary>
    Task<ContainerStats> StatsAsync(CancellationToken cancellationToken);
}
