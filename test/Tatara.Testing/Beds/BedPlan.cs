namespace Tatara.Testing.Beds;

/// <summary>A host of a bed.</summary>
/// <param name="Name">Unique in the bed.</param>
/// <param name="Number">Last part of its address, 2 to 253.</param>
/// <param name="Roles">The platform's roles there; none: a host of services that the platform leans on.</param>
public sealed record BedHostPlan(string Name, int Number, string Zone, params string[] Roles)
{
    /// <summary>MB of a disk of its own; 0: it shares the machine's.</summary>
    public int DiskMb { get; init; }
}

/// <summary>Which hosts a bed has. The first one founds the platform.</summary>
public sealed record BedPlan(params BedHostPlan[] Hosts)
{
    /// <summary>Whether PostgreSQL and an S3 server keep rows and bits; otherwise they are in the founding host's folder.</summary>
    public bool HasStores { get; init; } = true;

    /// <summary>The same, but a host has a disk of its own.</summary>
    public BedPlan WithDisk(string host, int megabytes) => this with { Hosts = [.. Hosts.Select(h => h.Name == host ? h with { DiskMb = megabytes } : h)] };

    /// <summary>Where PostgreSQL and the S3 server run.</summary>
    public static BedHostPlan Stores { get; } = new("stores", 5, "west");

    /// <summary>Two of everything that may be there twice, three servers of the bus, three DEAs in two zones.</summary>
    public static BedPlan Full { get; } = new(
        new("control-1", 11, "west", "authority", "bus", "cloud-controller", "uaa", "log-cache", "health-manager"),
        new("control-2", 12, "east", "bus", "cloud-controller", "uaa", "health-manager"),
        new("edge-1", 21, "west", "bus", "router"),
        new("edge-2", 22, "east", "router"),
        new("cell-1", 31, "west", "dea"),
        new("cell-2", 32, "east", "dea"),
        new("cell-3", 33, "west", "dea"));
}
