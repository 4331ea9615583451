using System.Net;
using Tatara.CloudController;
using Tatara.Configuration;
using Tatara.Containers;
using Tatara.Database;
using Tatara.Dea;
using Tatara.HealthManager;
using Tatara.LogCache;
using Tatara.Peers;
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
internal sealed class RoleHosts(PlatformOptions options, Secrets secrets, Surroundings surroundings, Action<ILoggingBuilder> logging)
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

    public static RoleHosts OnOneMachine(PlatformOptions options, Action<ILoggingBuilder> logging)
    {
        var secrets = Secrets.LoadOrCreate(options.SecretsFile);
        return new RoleHosts(options, secrets, new OneMachine(options, secrets), logging);
    }

    private DatabaseAddress? Database => options.Database is null ? null : DatabaseFile.Read(options.Database);

    public IHost Router() => Router(new RouterPlace(surroundings.NameOf(PeerRole.Router), options.RouterStatusPort, options.StatusListen, ServesTcp: true));

    public IHost Router(RouterPlace place)
    {
        var tls = new CertificateAuthority(options.TlsDirectory, options.Domain, TimeProvider.System);
        return RouterHost.Build(new RouterOptions
        {
            Bus = surroundings.Bus(PeerRole.Router, place.Name),
            Peers = surroundings.Peers(PeerRole.Router),
            OwnHosts = surroundings.Peers(PeerRole.Router) is null ? new Dictionary<string, string>() : OwnHosts,
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
            Status = Status(PeerRole.Router, place.StatusPort, place.Name) with { User = RouterOptions.StatusUser, Address = place.StatusAddress },
        }, logging);
    }

    /// <summary>The names that no app can have.</summary>
    private Dictionary<string, string> OwnHosts => new()
    {
        [$"api.{options.Domain}"] = PeerName.OfRole(PeerRole.CloudController),
        [$"uaa.{options.Domain}"] = PeerName.OfRole(PeerRole.Uaa),
        [$"login.{options.Domain}"] = PeerName.OfRole(PeerRole.Uaa),
        [$"log-cache.{options.Domain}"] = PeerName.OfRole(PeerRole.LogCache),
    };

    public IHost CloudController() => CloudControllerHost.Build(new CloudControllerOptions
    {
        Bus = surroundings.Bus(PeerRole.CloudController, surroundings.NameOf(PeerRole.CloudController)),
        Peers = surroundings.Peers(PeerRole.CloudController),
        BindAddress = surroundings.Address,
        Name = surroundings.NameOf(PeerRole.CloudController),
        Domain = options.Domain,
        DataDirectory = Path.Combine(options.Data, "cloud-controller"),
        Database = Database,
        Blobstore = options.Blobstore is null ? null : BlobstoreFile.Read(options.Blobstore),
        Port = options.CloudControllerPort,
        UaaUrl = surroundings.UaaUrl,
        BlobSigningKey = secrets.BlobSigningKey,
        BulkUser = BulkUser,
        BulkPassword = secrets.BulkPassword,
        ExternalHttpsPort = options.ExternalHttpsPort,
        BuildpackDirectory = options.Buildpacks,
        RouterGroups = [new RouterGroup(PlatformOptions.RouterGroupGuid, PlatformOptions.RouterGroup, options.TcpPorts)],
        StagingTimeout = TimeSpan.FromMinutes(options.StagingTimeout),
        ReservedDiskMb = DiskReserveMb,
        Status = Status(PeerRole.CloudController, options.CloudControllerStatusPort, surroundings.NameOf(PeerRole.CloudController)),
        StackAliases = new Dictionary<string, string> { ["cflinuxfs4"] = "bookworm", ["cflinuxfs3"] = "bookworm" },
    }, logging);

    public IHost Uaa() => UaaHost.Build(new UaaOptions
    {
        Bus = surroundings.Bus(PeerRole.Uaa, surroundings.NameOf(PeerRole.Uaa)),
        Peers = surroundings.Peers(PeerRole.Uaa),
        BindAddress = surroundings.Address,
        Domain = options.Domain,
        DataDirectory = Path.Combine(options.Data, "uaa"),
        Database = Database,
        Port = options.UaaPort,
        ExternalHttpsPort = options.ExternalHttpsPort,
        AdminPassword = secrets.AdminPassword,
        Status = Status(PeerRole.Uaa, options.UaaStatusPort, surroundings.NameOf(PeerRole.Uaa)),
    }, logging);

    public IHost LogCache() => LogCacheHost.Build(new LogCacheOptions
    {
        Bus = surroundings.Bus(PeerRole.LogCache, surroundings.NameOf(PeerRole.LogCache)),
        Peers = surroundings.Peers(PeerRole.LogCache),
        BindAddress = surroundings.Address,
        Domain = options.Domain,
        DataDirectory = Path.Combine(options.Data, "log-cache"),
        Port = options.LogCachePort,
        UaaUrl = surroundings.UaaUrl,
        CloudControllerUrl = surroundings.CloudControllerUrl,
        Status = Status(PeerRole.LogCache, options.LogCacheStatusPort, surroundings.NameOf(PeerRole.LogCache)),
    }, logging);

    public IHost HealthManager() => HealthManagerHost.Build(new HealthManagerOptions
    {
        Bus = surroundings.Bus(PeerRole.HealthManager, surroundings.NameOf(PeerRole.HealthManager)),
        Peers = surroundings.Peers(PeerRole.HealthManager),
        CloudControllerUrl = surroundings.CloudControllerUrl,
        BulkUser = BulkUser,
        BulkPassword = secrets.BulkPassword,
        Status = Status(PeerRole.HealthManager, options.HealthManagerStatusPort, surroundings.NameOf(PeerRole.HealthManager)),
    }, logging);

    private StatusOptions Status(string role, int port, string name) => new()
    {
        Name = name,
        Port = port,
        Address = options.StatusListen,
        Password = secrets.StatusPassword,
        Zone = options.Zone,
        CertificateEnds = surroundings.Peers(role) is { Tls: var tls } ? () => tls.CertificateEnds : null,
    };

    private long DiskReserveMb =>
        Math.Clamp((long)(new DriveInfo(options.Data).TotalSize / Megabyte * DiskReserveShare), LeastDiskReserveMb, MostDiskReserveMb);

    public static ContainerRuntimeOptions Containers(PlatformOptions options, DeaPlace place) => new()
    {
        // The platform's names lead to its router, by an address that containers reach; a router that listens elsewhere is looked up outside.
        Resolver = new ResolverOptions(
            options.Listen == "0.0.0.0" ? new Dictionary<string, string> { [options.Domain] = place.HostAddress } : new Dictionary<string, string>(), [])
        {
            Address = place.ResolverAddress,
        },
        OpenPorts = options.Listen == "0.0.0.0" ? [options.HttpPort, options.HttpsPort, .. options.TcpPorts.All] : [],
        DataDirectory = Path.Combine(options.DeaDirectory(place.Id), "containers"),
        HostAddress = place.HostAddress,
        Subnet = place.Subnet,
        Tunnel = place.TunnelPort is { } port ? new TunnelOptions(port) : null,
    };

    public IHost Dea(int index = 0)
    {
        var place = surroundings.Dea(index);
        var memory = options.MemoryMb ?? (long)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Megabyte * MemoryShare);
        var disk = (long)(new DriveInfo(options.Data).AvailableFreeSpace / Megabyte * DiskShare);
        var loggers = LoggerFactory.Create(logging);
        var containers = ContainerRuntime.Create(Containers(options, place), loggers);
        return DeaHost.Build(new DeaOptions
        {
            Id = place.Id,
            Bus = surroundings.Bus(PeerRole.Dea, place.Id),
            Peers = surroundings.Peers(PeerRole.Dea),
            DataDirectory = options.DeaDirectory(place.Id),
            HostAddress = place.HostAddress,
            Subnet = IPNetwork.Parse(place.Subnet),
            Stacks = [new StackOptions("bookworm", options.StackDirectory, options.ToolchainDirectory, options.TrustLayer)],
            MemoryMb = memory / options.Deas,
            DiskMb = disk / options.Deas,
            ReservedDiskMb = DiskReserveMb,
            MemoryOvercommit = options.MemoryOvercommit,
            HeartbeatInterval = HeartbeatInterval,
            Zone = place.Zone,
            Status = Status(PeerRole.Dea, options.DeaStatusPort(index), place.Id),
        }, containers, logging);
    }
}
