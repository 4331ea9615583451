using System.Text.Json.Serialization;

namespace Tatara.Containers;

/// <summary>What a container is made of.</summary>
public sealed record ContainerSpec
{
    /// <summary>Unique on this DEA; letters, digits, dot, dash and underscore, at most 64.</summary>
    public required string Handle { get; init; }

    /// <summary>Directory of the stack's root filesystem: read-only, shared by all.</summary>
    public required string RootFileSystem { get; init; }

    /// <summary>Read-only directories laid over the root filesystem, topmost first (a droplet unpacked as home/vcap/…).</summary>
    public IReadOnlyList<string> Layers { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Puts files on the container's own disk before its program starts: it is given the directory that lies over the root
    /// filesystem. They count for the disk limit and cost nothing to change or to delete. Not kept for a restart.
    /// </summary>
    [JsonIgnore]
    public Func<string, CancellationToken, Task>? Fill { get; init; }

    /// <summary>Directories of the machine that the container sees.</summary>
    public IReadOnlyList<BindMount> Binds { get; init => field = value ?? []; } = [];

    /// <summary>The process, first the program.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>K=V strings; there is nothing besides.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    /// <summary>Directory the process starts in.</summary>
    public string WorkingDirectory { get; init; } = "/home/vcap";

    /// <summary>User and group id inside the container; 2000 is vcap.</summary>
    public int UserId { get; init; } = 2000;

    public required ContainerLimits Limits { get; init; }

    /// <summary>Ports of the machine that lead into the container.</summary>
    public IReadOnlyList<PortMapping> Ports { get; init => field = value ?? []; } = [];

    /// <summary>What it may reach beyond this machine and its name servers; nothing unless it says so.</summary>
    public IReadOnlyList<AllowedTraffic> Egress { get; init => field = value ?? []; } = [];

    /// <summary>Whatever the owner wants to find again after a restart.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();
}

/// <summary>A directory of the machine, made visible inside.</summary>
public sealed record BindMount(string Source, string Target, bool ReadOnly);

/// <summary>HostAddress:HostPort leads to ContainerPort.</summary>
public sealed record PortMapping(int HostPort, int ContainerPort);

/// <summary>What a container may use.</summary>
/// <param name="MemoryBytes">Beyond it the kernel kills: out of memory.</param>
/// <param name="DiskBytes">Of its writable layer; beyond it writes fail with ENOSPC.</param>
/// <param name="CpuShares">Relative weight, 2 to 262144, as cgroup v1 counts them.</param>
/// <param name="Pids">Processes and threads.</param>
/// <param name="OpenFiles">Of each process.</param>
public sealed record ContainerLimits(long MemoryBytes, long DiskBytes, int CpuShares, int Pids, int OpenFiles);

/// <summary>How a process ended.</summary>
/// <param name="ExitCode">As the shell has it: 128 + n for signal n.</param>
/// <param name="OutOfMemory">The kernel killed it for its memory limit.</param>
public sealed record ContainerExit(int ExitCode, bool OutOfMemory, DateTimeOffset At);

/// <summary>What a container uses.</summary>
/// <param name="CpuTime">Of all its processes since the start.</param>
/// <param name="MemoryBytes">Without the page cache that the kernel would give back.</param>
/// <param name="DiskBytes">Of its writable layer.</param>
public sealed record ContainerStats(TimeSpan CpuTime, long MemoryBytes, long DiskBytes, int Pids);

/// <summary>A container could not be made, found or ended.</summary>
public sealed class ContainerException(string message, Exception? inner = null) : Exception(message, inner);
