using System.Net;
using Tatara.Dea.Droplets;
using Tatara.Dea.Staging;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Status;

namespace Tatara.Dea;

/// <summary>How a DEA (Droplet Execution Agent) runs.</summary>
public sealed record DeaOptions
{
    /// <summary>Unique among all DEAs and the same after a restart: Cloud Controller and Health Manager know the DEA by it. Letters, digits, dash and underscore.</summary>
    public required string Id { get; init; }

    /// <summary>The message bus.</summary>
    public required NatsOptions Bus { get; init; }

    /// <summary>Where droplets, state and staging work live. Never shared by two DEAs.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The address under which the router reaches this DEA's instances; the same as the container runtime's.</summary>
    public required string HostAddress { get; init; }

    /// <summary>The addresses of its containers; the same as the container runtime's.</summary>
    public required IPNetwork Subnet { get; init; }

    /// <summary>How the other parts are reached when they are on other machines; null: they share this one.</summary>
    public PeerNetwork? Peers { get; init; }

    /// <summary>Root filesystems that apps can ask for. The first is used for apps that name none.</summary>
    public required IReadOnlyList<StackOptions> Stacks { get; init; }

    /// <summary>Memory for instances and staging, in MB.</summary>
    public required long MemoryMb { get; init; }

    /// <summary>Disk for instances and staging, in MB.</summary>
    public required long DiskMb { get; init; }

    /// <summary>MB of the data directory's file system that are kept free for what runs already: with less, nothing new is begun here.</summary>
    public long ReservedDiskMb { get; init; } = 1024;

    /// <summary>How much more memory is promised than there is: 2 promises twice as much. Apps seldom use all they ask for; when they do, the kernel kills.</summary>
    public double MemoryOvercommit { get; init; } = 1;

    /// <summary>How much more disk is promised than there is.</summary>
    public double DiskOvercommit { get; init; } = 1;

    /// <summary>Where it shows how it is.</summary>
    public StatusOptions Status { get; init; } = new();

    /// <summary>Instances of an app are spread over zones.</summary>
    public string Zone { get; init; } = "default";

    /// <summary>First port of this machine that may lead to an instance. Several DEAs on a machine have ranges of their own.</summary>
    public int FirstPort { get; init; } = 61001;

    /// <summary>Last port of this machine that may lead to an instance.</summary>
    public int LastPort { get; init; } = 65534;

    /// <summary>Host user id of the containers' user 0, as the container runtime maps it.</summary>
    public int UserIdBase { get; init; } = 1_000_000;

    /// <summary>How often free memory and disk are advertised. Cloud Controller forgets a DEA after 10 s of silence.</summary>
    public TimeSpan AdvertiseInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often all instances are reported to the Health Manager; changes are reported at once besides. Less than half of its HeartbeatTimeToLive, or one lost message moves apps.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often routes are registered again until a router has named its own interval.</summary>
    public TimeSpan RegisterInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Time from SIGTERM to SIGKILL.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause between taking an instance out of routing and SIGTERM, so that routers have heard of it.</summary>
    public TimeSpan DrainDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long requests under way may take to end before an instance that moves elsewhere gets SIGTERM. Streams and WebSockets end with it.</summary>
    public TimeSpan RequestPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long instances have to find a place elsewhere when this DEA is drained; the rest is stopped then. Cloud Foundry's time.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long an instance may take to become healthy when the app does not say.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a running instance is checked.</summary>
    public TimeSpan LivenessInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a crashed instance stays in heartbeats and answers: longer than the longest pause between two restarts.</summary>
    public TimeSpan CrashedRetention { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>How long the last log lines of an ended instance may take to log-cache before they are given up.</summary>
    public TimeSpan LogFlushTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Stop all instances when the DEA stops. False: they run on, and the next start of this DEA finds them.</summary>
    public bool StopInstancesOnShutdown { get; init; }

    /// <summary>The store of unpacked droplets.</summary>
    public DropletOptions Droplets { get; init; } = new();

    /// <summary>Staging.</summary>
    public StagingOptions Staging { get; init; } = new();

    /// <exception cref="ArgumentException">An option does not make sense; the message is a sentence for the operator.</exception>
    public void Validate()
    {
        Require(Id.Length is > 0 and <= 64 && Id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'),
            "The DEA's id must be 1 to 64 letters, digits, dashes or underscores.");
        Require(Path.IsPathRooted(DataDirectory), "The DEA's data directory must be an absolute path.");
        Require(IPAddress.TryParse(HostAddress, out _), "The DEA's host address must be an IP address.");
        Require(Stacks.Count > 0, "The DEA needs at least one stack.");
        Require(Stacks.All(s => s.StagingLayers.Append(s.RootFileSystem).All(Path.IsPathRooted)),
            "A stack's directories must be absolute paths.");
        Require(MemoryMb > 0 && DiskMb > 0, "The DEA's memory and disk must be positive numbers of MB.");
        Require(ReservedDiskMb >= 0, "The disk that is kept in reserve must not be negative.");
        Require(MemoryOvercommit is >= 1 and <= 100 && DiskOvercommit is >= 1 and <= 100, "An over-commit factor must be from 1 to 100.");
        Require(FirstPort is > 1023 and <= 65535 && LastPort >= FirstPort && LastPort <= 65535, "The DEA's ports must be a range within 1024 to 65535.");
        Require(AdvertiseInterval > TimeSpan.Zero && HeartbeatInterval > TimeSpan.Zero && RegisterInterval > TimeSpan.Zero && LivenessInterval > TimeSpan.Zero,
            "The DEA's intervals must be positive.");
        Require(DrainTimeout > TimeSpan.Zero && RequestPatience >= TimeSpan.Zero, "The DEA's times for draining must be positive.");
        Droplets.Validate();
        Staging.Validate();
    }

    /// <summary>The stack of a name, the first when none is named; null when it is not here.</summary>
    internal StackOptions? FindStack(string? name) => name is null ? Stacks[0] : Stacks.FirstOrDefault(s => s.Name == name);

    internal static void Require(bool condition, string sentence)
    {
        if (!condition) throw new ArgumentException(sentence);
    }
}

/// <summary>A root filesystem that apps can ask for.</summary>
/// <param name="Name">As in manifests.</param>
/// <param name="RootFileSystem">Its directory, owned by the shifted user ids.</param>
/// <param name="Toolchain">A directory that is laid over it while an app is staged: compilers and headers. Null when there is none.</param>
/// <param name="Trust">A directory that is laid over it always: the certificate authorities that apps trust. Null: those it has.</param>
public sealed record StackOptions(string Name, string RootFileSystem, string? Toolchain = null, string? Trust = null)
{
    /// <summary>What is laid over it while an app runs, topmost first.</summary>
    internal IReadOnlyList<string> RunningLayers => [.. new[] { Trust }.OfType<string>()];

    /// <summary>What is laid over it while an app is staged.</summary>
    internal IReadOnlyList<string> StagingLayers => [.. new[] { Trust, Toolchain }.OfType<string>()];
}
