using System.Net;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Status;

namespace Tatara.LogCache;

/// <summary>What the log-cache role needs to know.</summary>
public sealed record LogCacheOptions
{
    /// <summary>The bus: log lines come over it, and the host name log-cache.DOMAIN is registered on it.</summary>
    public required NatsOptions Bus { get; init; }

    /// <summary>System domain, such as tatara.localhost.</summary>
    public required string Domain { get; init; }

    /// <summary>Where lines are kept over a restart.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The UAA, directly: its keys check the tokens of readers.</summary>
    public required Uri UaaUrl { get; init; }

    /// <summary>Cloud Controller, directly: it knows who may see which app.</summary>
    public required Uri CloudControllerUrl { get; init; }

    /// <summary>Address to listen on; the router dials it.</summary>
    public string BindAddress { get; init; } = "127.0.0.1";

    /// <summary>Port to listen on; 0 means any free one.</summary>
    public int Port { get; init; }

    /// <summary>How the other parts are reached when they are on other machines; null: they share this one.</summary>
    public PeerNetwork? Peers { get; init; }

    /// <summary>Lines kept of one app; Cloud Foundry's default.</summary>
    public int MaxEnvelopesPerSource { get; init; } = 100_000;

    /// <summary>Bytes kept of one app, in memory and on disk alike: one that prints much must not push out the others.</summary>
    public long MaxBytesPerSource { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of lines in memory. Beyond it the apps that were quiet longest stay on disk only, and reading them takes longer.</summary>
    public long MaxMemoryBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Bytes of lines on disk. Beyond it the apps that were quiet longest are forgotten.</summary>
    public long MaxDiskBytes { get; init; } = 1024 * 1024 * 1024;

    /// <summary>How long lines stay in memory that nobody writes or reads. Shorter means a smaller program when idle.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long the lines of a silent app are kept.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Where it shows how it is.</summary>
    public StatusOptions Status { get; init; } = new();

    /// <summary>Checks everything that can be checked without touching the machine.</summary>
    /// <exception cref="ArgumentException">With a sentence that says what is wrong.</exception>
    public void Validate()
    {
        Status.Validate();
        if (Uri.CheckHostName("log-cache." + Domain) != UriHostNameType.Dns) throw new ArgumentException($"The domain '{Domain}' is not a DNS name.");
        if (string.IsNullOrWhiteSpace(DataDirectory)) throw new ArgumentException("The log-cache needs a data directory.");
        if (!IPAddress.TryParse(BindAddress, out _)) throw new ArgumentException($"The log-cache's bind address '{BindAddress}' is not an IP address.");
        if (Port is < 0 or > 65535) throw new ArgumentException($"The log-cache's port {Port} is not between 0 and 65535.");
        RequireHttp(UaaUrl, "UAA");
        RequireHttp(CloudControllerUrl, "Cloud Controller");
        if (MaxEnvelopesPerSource < 1) throw new ArgumentException("The log-cache must keep at least one line of an app.");
        if (MaxBytesPerSource < 64 * 1024) throw new ArgumentException("The log-cache must keep at least 64 KB of an app.");
        if (MaxMemoryBytes < MaxBytesPerSource) throw new ArgumentException("The log-cache's memory must hold at least one app's lines.");
        if (MaxDiskBytes < MaxBytesPerSource) throw new ArgumentException("The log-cache's disk must hold at least one app's lines.");
        if (IdleAfter <= TimeSpan.Zero || Retention <= TimeSpan.Zero) throw new ArgumentException("The log-cache's times must be longer than nothing.");
    }

    private static void RequireHttp(Uri url, string what)
    {
        if (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https")) throw new ArgumentException($"The URL of the {what}, '{url}', is not an http URL.");
    }
}
