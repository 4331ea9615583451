using Tatara.Protocol;

namespace Tatara.Configuration;

/// <summary>What `up` and `quickstart` can be told.</summary>
internal sealed record PlatformOptions
{
    /// <summary>The last sixteenth of the network is the machine's own.</summary>
    public const int MaxDeas = 15;

    private const int MaxTcpPorts = 1000;

    /// <summary>The one router group of this machine. Domains keep the guid.</summary>
    public const string RouterGroup = "default-tcp";
    public const string RouterGroupGuid = "6e1a5b1c-4e1d-4d52-9a53-0d3c6b6f1a27";

    private const int MaxZoneLength = 63;

    /// <summary>DEAs give no staging more than an hour.</summary>
    private const int MaxStagingTimeout = 60;

    /// <summary>Root within containers is this user of the machine.</summary>
    public const int UserIdBase = 1_000_000;

    public const string DefaultDomain = "tatara.localhost";

    /// <summary>Everything that has to survive a restart.</summary>
    public string Data { get; init; } = "/var/lib/tatara";

    /// <summary>File that says which PostgreSQL keeps the rows of Cloud Controller and UAA; null: SQLite in the data folder.</summary>
    public string? Database { get; init; }

    /// <summary>File that says which S3 bucket keeps the blobs; null: a folder in the data folder.</summary>
    public string? Blobstore { get; init; }

    /// <summary>Root filesystems, a folder each; several platforms on one machine may share them.</summary>
    public string Stacks { get; init; } = "/var/lib/tatara/stacks";

    /// <summary>Packaged built-in buildpacks; may be shared, too.</summary>
    public string Buildpacks { get; init; } = "/var/lib/tatara/buildpacks";

    /// <summary>System domain and default app domain.</summary>
    public string Domain { get; init; } = DefaultDomain;

    public int HttpPort { get; init; } = 80;
    public int HttpsPort { get; init; } = 443;

    /// <summary>Ports that TCP routes may have; Cloud Foundry's usual hundred.</summary>
    public PortRanges TcpPorts { get; init; } = PortRanges.TryParse("1024-1123", out var usual) ? usual : PortRanges.None;

    /// <summary>Domains whose clients are sent from HTTP to HTTPS: names, "*.example.com", or "*" for all.</summary>
    public IReadOnlyList<string> HttpsOnly { get; init; } = [];

    /// <summary>Directory of the ACME authority that certificates are ordered from; null: none are.</summary>
    public Uri? AcmeDirectory { get; init; }

    /// <summary>Names that certificates are ordered for.</summary>
    public IReadOnlyList<string> AcmeNames { get; init; } = [];

    /// <summary>Mail address that the ACME authority may write to.</summary>
    public string? AcmeContact { get; init; }

    /// <summary>PEM: what the ACME authority's address is trusted by, when the machine does not know it.</summary>
    public string? AcmeAuthorities { get; init; }

    /// <summary>Address the router listens on.</summary>
    public string Listen { get; init; } = "0.0.0.0";

    /// <summary>DEAs on this machine. More than one: each is a process of its own.</summary>
    public int Deas { get; init; } = 1;

    /// <summary>First of the loopback ports that the platform's parts use among themselves.</summary>
    public int PortsFrom { get; init; } = 24000;

    /// <summary>Whether names are kept in /etc/hosts.</summary>
    public bool WriteHosts { get; init; } = true;

    /// <summary>Whether the log's lines are JSON objects.</summary>
    public bool JsonLog { get; init; }

    /// <summary>Private network for containers, a /16. Its last 256 addresses are this machine's own, one for each DEA.</summary>
    public string Network { get; init; } = "10.253.0.0/16";

    /// <summary>Memory for instances in MB, of all DEAs together; null: three quarters of the machine's.</summary>
    public long? MemoryMb { get; init; }

    /// <summary>Minutes that the staging of an app may take.</summary>
    public int StagingTimeout { get; init; } = 15;

    /// <summary>How much more memory is promised than there is; apps seldom use all they ask for.</summary>
    public double MemoryOvercommit { get; init; } = 1;

    /// <summary>Where what this process runs stands; null: each DEA in a zone of its own, and routers in none.</summary>
    public string? Zone { get; init; }

    public RouterSettings Router { get; init; } = new();

    /// <summary>Port of HTTPS in addresses that clients are told.</summary>
    public int ExternalHttpsPort => Router.ExternalHttpsPort ?? HttpsPort;

    public int BusPort => PortsFrom + 22;
    public int BusRoutePort => PortsFrom + 23;
    public int CloudControllerPort => PortsFrom + 1;
    public int UaaPort => PortsFrom + 2;
    public int LogCachePort => PortsFrom + 3;
    public int RouterStatusPort => PortsFrom + 4;
    public int AuthorityPort => PortsFrom + 21;

    /// <summary>UDP: between containers of different hosts.</summary>
    public int TunnelPort => PortsFrom + 24;

    /// <summary>Address of the status ports.</summary>
    public string StatusListen { get; init; } = "127.0.0.1";

    public int CloudControllerStatusPort => PortsFrom + 5;
    public int UaaStatusPort => PortsFrom + 6;
    public int LogCacheStatusPort => PortsFrom + 7;
    public int HealthManagerStatusPort => PortsFrom + 8;

    /// <summary>Behind all others: there may be several DEAs.</summary>
    public int DeaStatusPort(int index) => PortsFrom + 30 + index;

    /// <summary>Certificates that operators gave.</summary>
    public string CertificateDirectory => Path.Combine(TlsDirectory, "certificates");

    /// <summary>Certificates that were ordered.</summary>
    public string AcmeFolder => Path.Combine(TlsDirectory, "acme");

    public string TlsDirectory => Path.Combine(Data, "tls");
    /// <summary>A layer for all containers: the authorities they trust.</summary>
    public string TrustLayer => Path.Combine(Data, "trust");

    /// <summary>What makes this a host of many; not there on one machine.</summary>
    public string ClusterDirectory => Path.Combine(Data, "cluster");

    public string SecretsFile => Path.Combine(Data, "secrets.json");
    public string StackDirectory => Path.Combine(Stacks, "bookworm");
    public string ToolchainDirectory => StackDirectory + "-toolchain";

    /// <summary>The API's address as a client writes it.</summary>
    public Uri ApiUrl => HttpsPort == 443 ? new Uri($"https://api.{Domain}") : new Uri($"https://api.{Domain}:{HttpsPort}");

    public Uri AppUrl(string host) => HttpsPort == 443 ? new Uri($"https://{host}.{Domain}/") : new Uri($"https://{host}.{Domain}:{HttpsPort}/");

    /// <summary>A sixteenth of the network for each DEA; the last one holds the machine's own addresses.</summary>
    public string DeaSubnet(int index) => $"{NetworkPrefix}.{index * 16}.0/20";

    /// <summary>The address under which the router reaches the instances of a DEA.</summary>
    public string DeaHostAddress(int index) => $"{NetworkPrefix}.255.{index + 1}";

    private string NetworkPrefix => string.Join('.', Network.Split('.').Take(2));

    public string LogFile => Path.Combine(Data, "log", "tatara.log");

    public string DeaDirectory(string name) => Path.Combine(Data, name);

    public static string DeaName(int index) => $"dea-{index}";

    public static string RouterName(int index) => $"router-{index}";

    /// <exception cref="SetupException">Something in it cannot work.</exception>
    public PlatformOptions Validated()
    {
        if (Uri.CheckHostName(Domain) != UriHostNameType.Dns || !Domain.Contains('.', StringComparison.Ordinal))
            throw new SetupException($"'{Domain}' is not a domain.", "Use a name with a dot, like apps.example.com; *.DOMAIN has to lead to this machine.");
        if (Deas is < 1 or > MaxDeas) throw new SetupException($"--deas {Deas} cannot be.", $"One machine runs 1 to {MaxDeas}.");
        if (MemoryOvercommit is not (>= 1 and <= 100)) throw new SetupException($"--memory-overcommit {MemoryOvercommit} cannot be.", "Use 1 (nothing is promised twice) to 100.");
        if (!System.Net.IPNetwork.TryParse(Network, out var network) || network.PrefixLength != 16)
            throw new SetupException($"--network {Network} is not a /16 network.", "Use one that is free here, like 10.253.0.0/16.");
        if (Zone is not null && (Zone.Length is 0 or > MaxZoneLength || !Zone.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')))
            throw new SetupException($"--zone '{Zone}' is not the name of a zone.", $"Use up to {MaxZoneLength} letters, digits, '-', '_' and '.'.");
        if (AcmeDirectory is not null && AcmeNames.Count == 0)
            throw new SetupException("--acme needs the names that certificates are ordered for.", "Add --acme-names '*.example.com'.");
        if (StagingTimeout is < 1 or > MaxStagingTimeout)
            throw new SetupException($"--staging-timeout {StagingTimeout} cannot be.", $"Staging may take 1 to {MaxStagingTimeout} minutes.");
        foreach (var port in (int[])[HttpPort, HttpsPort, PortsFrom, BusPort])
            if (port is < 1 or > 65535) throw new SetupException($"{port} is not a port.", "Ports are 1 to 65535.");
        if (TcpPorts.All.Count() > MaxTcpPorts) throw new SetupException($"--tcp-ports {TcpPorts} are too many.", $"One machine has up to {MaxTcpPorts}: containers are let through to each.");
        foreach (var port in (int[])[HttpPort, HttpsPort, BusPort, CloudControllerPort, UaaPort, LogCachePort, RouterStatusPort])
            if (TcpPorts.Contains(port)) throw new SetupException($"--tcp-ports {TcpPorts} contains {port}, which the platform uses itself.", "Choose other ports for TCP routes.");
        return this with { Data = Path.GetFullPath(Data), Stacks = Path.GetFullPath(Stacks), Buildpacks = Path.GetFullPath(Buildpacks) };
    }
}
