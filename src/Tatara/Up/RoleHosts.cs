using Tatara.Bus;
using Tatara.CloudController;
using Tatara.Configuration;
using Tatara.Containers;
using Tatara.Database;
using Tatara.Dea;
using Tatara.HealthManager;
using Tatara.LogCache;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Router;
using Tatara.Router.Acme;
using Tatara.Router.RouteServices;
using Tatara.Router.Tcp;
using Tatara.Router.Tls;
using Tatara.Status;
using Tatara.Tls;
using Tatara.Uaa;

namespace Tatara.Up;

/// <summary>Builds each role's host from the platform's configuration: the one place that knows how they are wired.</summary>
internal sealed class RoleHosts(PlatformOptions options, Secrets secrets, Action<ILoggingBuilder> logging)
{
    /// <summary>Twice within the Health Manager's patience with a silent DEA.</summary>
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(2);

    /// <summary>A deleted route says "unknown" instead of "no instances" soon; the few routes of one machine are looked through in no time.</summary>
    private static readonly TimeSpan RoutePruneInterval = TimeSpan.FromSeconds(2);

    /// <summary>Nobody likes to wait for Ctrl-C, and nobody who develops keeps more than a WebSocket open.</summary>
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(4);

    /// <summary>Share of the machine's memory that apps may have when nothing is said.</summary>
    private const double MemoryShare = 0.75;

    /// <summary>Share of the free disk that apps may have.</summary>
    private const double DiskShare = 0.8;

    /// <summary>Share of the disk that is kept free for what runs already, within bounds: a big disk need not keep a hundred GB.</summary>
    private const double DiskReserveShare = 0.05;
    private const long LeastDiskReserveMb = 1024;
    private const long MostDiskReserveMb = 10 * 1024;
    private const long Megabyte = 1024 * 1024;

    public const string BulkUser = "bulk";

    public NatsOptions Bus(string name) => new()
    {
        Servers = [$"127.0.0.1:{options.BusPort}"],
        User = NatsServerProcess.User,
        Password = secrets.BusPassword,
        Name = name,
        Json = ProtocolJson.Default.Options,
    };

    public Uri CloudControllerUrl => new($"http://127.0.0.1:{options.CloudControllerPort}");

    private DatabaseAddress? Database => options.Database is null ? null : DatabaseFile.Read(options.Database);

    private Uri UaaUrl => new($"http://127.0.0.1:{options.UaaPort}");

    public IHost Router() => Router(new RouterPlace(PlatformOptions.RouterName(0), options.RouterStatusPort, "127.0.0.1", ServesTcp: true));

    public IHost Router(RouterPlace place)
    {
        var tls = new CertificateAuthority(options.TlsDirectory, options.Domain, TimeProvider.System);
        return RouterHost.Build(new RouterOptions
        {
            Bus = Bus(place.Name),
            ListenAddresses = options.Listen == "0.0.0.0" ? [] : [options.Listen],
            HttpPort = options.HttpPort,
            HttpsPort = options.HttpsPort,
            Certificates = [new CertificateFiles(tls.CertificateFile, tls.KeyFile)],
            CertificateFolder = options.CertificateDirectory,
            HttpsOnly = options.HttpsOnly,
            Acme = options.AcmeDirectory is not { } directory ? null : new AcmeOptions(directory, options.AcmeFolder, options.AcmeNames)
            {
                Contact = options.AcmeContact,
                AuthoritiesFile = options.AcmeAuthorities,
            },
            RouteServices = new RouteServiceOptions(secrets.RouteServiceSecret) { AuthoritiesFile = options.Router.RouteServiceAuthorities },
            PruneInterval = RoutePruneInterval,
            Tcp = place.ServesTcp ? new TcpRouting(PlatformOptions.RouterGroupGuid, options.TcpPorts) : null,
            ClientCertificates = options.Router.ClientAuthorities is { } authorities ? new ClientCertificates(options.Router.RequiresClientCertificate, authorities) : null,
            ForwardedClientCert = options.Router.ForwardedClientCert,
            MaxBodyBytes = options.Router.MaxBodyBytes,
            ProxyProtocolFrom = options.Router.ProxyProtocolFrom,
            DrainWait = options.Router.DrainWait ?? TimeSpan.Zero,
            DrainTimeout = options.Router.DrainTimeout ?? DrainTimeout,
            ExternalHttpsPort = options.ExternalHttpsPort,
            Zone = options.Zone,
            StatusPort = place.StatusPort,
            StatusAddress = place.StatusAddress,
            StatusPassword = secrets.BulkPassword,
        }, logging);
    }

    public IHost CloudController() => CloudControllerHost.Build(new CloudControllerOptions
    {
        Bus = Bus("cloud-controller"),
        Domain = options.Domain,
        DataDirectory = Path.Combine(options.Data, "cloud-controller"),
        Database = Database,
        Blobstore = options.Blobstore is null ? null : BlobstoreFile.Read(options.Blobstore),
        Port = options.CloudControllerPort,
        UaaUrl = UaaUrl,
        BlobSigningKey = secrets.BlobSigningKey,
        BulkUser = BulkUser,
        BulkPassword = secrets.BulkPassword,
        ExternalHttpsPort = options.ExternalHttpsPort,
        BuildpackDirectory = options.Buildpacks,
        RouterGroups = [new RouterGroup(PlatformOptions.RouterGroupGuid, PlatformOptions.RouterGroup, options.TcpPorts)],
        StagingTimeout = TimeSpan.FromMinutes(options.StagingTimeout),
        ReservedDiskMb = DiskReserveMb,
        Status = Status(options.CloudControllerStatusPort),
        StackAliases = new Dictionary<string, string> { ["cflinuxfs4"] = "bookworm", ["cflinuxfs3"] = "bookworm" },
    }, logging);

    public IHost Uaa() => UaaHost.Build(new UaaOptions
    {
        Bus = Bus("uaa"),
        Domain = options.Domain,
        DataDirectory = Path.Combine(options.Data, "uaa"),
        Database = Database,
        Port = options.UaaPort,
        ExternalHttpsPort = options.ExternalHttpsPort,
        AdminPassword = secrets.AdminPassword,
        Status = Status(options.UaaStatusPort),
    }, logging);

    public IHost LogCache() => LogCacheHost.Build(new LogCacheOptions
    {
        Bus = Bus("log-cache"),
        Domain = options.Domain,
        DataDirectory = Path.Combine(options.Data, "log-cache"),
        Port = options.LogCachePort,
        UaaUrl = UaaUrl,
        CloudControllerUrl = CloudControllerUrl,
        Status = Status(options.LogCacheStatusPort),
    }, logging);

    public IHost HealthManager() => HealthManagerHost.Build(new HealthManagerOptions
    {
        Bus = Bus("health-manager"),
        CloudControllerUrl = CloudControllerUrl,
        BulkUser = BulkUser,
        BulkPassword = secrets.BulkPassword,
        Status = Status(options.HealthManagerStatusPort),
    }, logging);

    private StatusOptions Status(int port) => new() { Port = port, Password = secrets.BulkPassword, Zone = options.Zone };

    private long DiskReserveMb =>
        Math.Clamp((long)(new DriveInfo(options.Data).TotalSize / Megabyte * DiskReserveShare), LeastDiskReserveMb, MostDiskReserveMb);

    public static ContainerRuntimeOptions Containers(PlatformOptions options, int index) => new()
    {
        // The platform's names lead to its router, by an address that containers reach; a router that listens elsewhere is looked up outside.
        Resolver = new ResolverOptions(
            options.Listen == "0.0.0.0" ? new Dictionary<string, string> { [options.Domain] = options.DeaHostAddress(index) } : new Dictionary<string, string>(), []),
        OpenPorts = options.Listen == "0.0.0.0" ? [options.HttpPort, options.HttpsPort, .. options.TcpPorts.All] : [],
        DataDirectory = Path.Combine(options.DeaDirectory(PlatformOptions.DeaName(index)), "containers"),
        HostAddress = options.DeaHostAddress(index),
        Subnet = options.DeaSubnet(index),
    };

    public IHost Dea(int index)
    {
        var directory = options.DeaDirectory(PlatformOptions.DeaName(index));
        var memory = options.MemoryMb ?? (long)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Megabyte * MemoryShare);
        var disk = (long)(new DriveInfo(options.Data).AvailableFreeSpace / Megabyte * DiskShare);
        var loggers = LoggerFactory.Create(logging);
        var containers = ContainerRuntime.Create(Containers(options, index), loggers);
        return DeaHost.Build(new DeaOptions
        {
            Id = PlatformOptions.DeaName(index),
            Bus = Bus(PlatformOptions.DeaName(index)),
            DataDirectory = directory,
            HostAddress = options.DeaHostAddress(index),
            Stacks = [new StackOptions("bookworm", options.StackDirectory, options.ToolchainDirectory, options.TrustLayer)],
            MemoryMb = memory / options.Deas,
            DiskMb = disk / options.Deas,
            ReservedDiskMb = DiskReserveMb,
            MemoryOvercommit = options.MemoryOvercommit,
            HeartbeatInterval = HeartbeatInterval,
            Zone = options.Zone ?? $"zone-{index}",
            Status = Status(options.DeaStatusPort(index)),
        }, containers, logging);
    }
}
