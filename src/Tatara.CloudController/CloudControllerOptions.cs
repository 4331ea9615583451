using Tatara.CloudController.Blobs.S3;
using Tatara.Database;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Protocol;
using Tatara.Status;

namespace Tatara.CloudController;

/// <summary>What Cloud Controller has to be told.</summary>
public sealed record CloudControllerOptions
{
    /// <summary>How to reach the bus.</summary>
    public required NatsOptions Bus { get; init; }

    /// <summary>System domain: the API answers at api.DOMAIN, and DOMAIN itself is the first shared app domain.</summary>
    public required string Domain { get; init; }

    /// <summary>Where blobs and rows are kept when they are not elsewhere.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where the rows are kept; null means a SQLite file in the data directory, which serves one Cloud Controller.</summary>
    public DatabaseAddress? Database { get; init; }

    /// <summary>The bucket where blobs are kept; null means a folder in the data directory, which serves one Cloud Controller.</summary>
    public S3Options? Blobstore { get; init; }

    /// <summary>UAA as reached from here; tokens are checked against its /token_keys.</summary>
    public required Uri UaaUrl { get; init; }

    /// <summary>Key of the signed URLs by which DEAs fetch and bring bits: 32 characters or more, the same on every Cloud Controller.</summary>
    public required string BlobSigningKey { get; init; }

    /// <summary>User name that the Health Manager shows to the bulk API.</summary>
    public string BulkUser { get; init; } = "bulk";

    /// <summary>Password that the Health Manager shows to the bulk API.</summary>
    public required string BulkPassword { get; init; }

    /// <summary>Address to listen on (plain HTTP; the router stands in front).</summary>
    public string BindAddress { get; init; } = "127.0.0.1";

    /// <summary>Port to listen on; 0 takes any free one.</summary>
    public int Port { get; init; }

    /// <summary>How DEAs reach this API without the router; null means http://BindAddress:Port.</summary>
    public Uri? InternalUrl { get; init; }

    /// <summary>How the other parts are reached when they are on other machines; null: they share this one.</summary>
    public PeerNetwork? Peers { get; init; }

    /// <summary>Where it shows how it is.</summary>
    public StatusOptions Status { get; init; } = new();

    /// <summary>Port of the router's HTTPS as users see it; null or 443 leaves it out of URLs.</summary>
    public int? ExternalHttpsPort { get; init; }

    /// <summary>Groups of routers that listen for TCP; a domain may be made for one of them.</summary>
    public IReadOnlyList<RouterGroup> RouterGroups { get; init; } = [];

    /// <summary>Name of this Cloud Controller among several: it finds its own unfinished jobs by it after a restart.</summary>
    public string Name { get; init; } = "cloud-controller-0";

    /// <summary>Directory of zips (NN-name.zip) that are installed as buildpacks at start, in the order of NN, when their bits changed.</summary>
    public string? BuildpackDirectory { get; init; }

    /// <summary>MB of the data directory's file system that uploads leave free: the database and what runs need them more.</summary>
    public long ReservedDiskMb { get; init; } = 1024;

    /// <summary>MB of all apps' build caches together; beyond it those that were not used longest go.</summary>
    public long BuildpackCachesMb { get; init; } = 10 * 1024;

    /// <summary>Stack of apps that name none.</summary>
    public string DefaultStack { get; init; } = "bookworm";

    /// <summary>Further names of stacks: apps made for another platform keep working.</summary>
    public IReadOnlyDictionary<string, string> StackAliases { get; init; } = new Dictionary<string, string>();

    /// <summary>Memory of an instance whose app names none, in MB.</summary>
    public int DefaultMemoryMb { get; init; } = 1024;

    /// <summary>Disk of an instance whose app names none, in MB.</summary>
    public int DefaultDiskMb { get; init; } = 1024;

    /// <summary>Most disk that one instance may ask for, in MB.</summary>
    public int MaxDiskMb { get; init; } = 2048;

    /// <summary>Longest start timeout that an app may ask for.</summary>
    public TimeSpan MaxHealthCheckTimeout { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>How long the staging of an app may take, from when its turn has come.</summary>
    public TimeSpan StagingTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Memory that the organizations of the default quota may use, in MB.</summary>
    public int DefaultQuotaMemoryMb { get; init; } = 100 * 1024;

    /// <summary>Throws an <see cref="ArgumentException"/> that says in a sentence what is wrong.</summary>
    public void Validate()
    {
        Require(Bus.Servers.Count > 0, "The bus needs at least one server.");
        Require(Uri.CheckHostName(Domain) == UriHostNameType.Dns, $"'{Domain}' is not a domain.");
        Require(DataDirectory.Length > 0, "The data directory is missing.");
        Blobstore?.Validate();
        Status.Validate();
        Require(UaaUrl.IsAbsoluteUri, "The URL of UAA must be absolute.");
        Require(InternalUrl is null || InternalUrl.IsAbsoluteUri, "The internal URL must be absolute.");
        Require(BlobSigningKey.Length >= 32, "The blob signing key needs 32 characters or more.");
        Require(BulkUser.Length > 0 && BulkPassword.Length > 0, "The bulk API needs a user and a password.");
        Require(Port is >= 0 and <= 65535, $"{Port} is not a port.");
        Require(RouterGroups.Select(g => g.Id).Distinct().Count() == RouterGroups.Count && RouterGroups.Select(g => g.Name).Distinct().Count() == RouterGroups.Count,
            "Each router group needs a name and a guid of its own.");
        Require(ExternalHttpsPort is null or (> 0 and <= 65535), $"{ExternalHttpsPort} is not a port.");
        Require(ReservedDiskMb >= 0, "The disk that is kept in reserve must not be negative.");
        Require(BuildpackCachesMb > 0, "The bound of the build caches must be positive.");
        Require(DefaultStack.Length > 0, "The default stack is missing.");
        Require(DefaultMemoryMb > 0 && DefaultDiskMb > 0, "The default memory and disk must be greater than 0.");
        Require(MaxDiskMb >= DefaultDiskMb, "The most disk must not be less than the default disk.");
        Require(StagingTimeout >= TimeSpan.FromSeconds(1), "The time for staging must be a second or more.");
        Require(MaxHealthCheckTimeout >= TimeSpan.FromSeconds(1), "The longest health check timeout must be a second or more.");
    }

    private static void Require(bool condition, string sentence)
    {
        if (!condition) throw new ArgumentException(sentence);
    }
}

/// <summary>Routers that listen on the ports of TCP routes, as the routing API names them.</summary>
/// <param name="Id">Its guid in the API. Domains keep it, and routers are told it: the same for as long as the group lives.</param>
/// <param name="Name">What `cf create-shared-domain --router-group` takes.</param>
/// <param name="Ports">The ports that routes may have.</param>
public sealed record RouterGroup(string Id, string Name, PortRanges Ports);
