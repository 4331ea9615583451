using System.Globalization;
using System.Net;

namespace Tatara.Hosts;

/// <summary>
/// The addresses of a host's containers: a sixteenth of a /16, as on one machine. No two hosts have the same: what one says about
/// an address must not be taken for a container of another.
/// </summary>
internal sealed record ContainerNetwork(string Subnet, string ResolverAddress)
{
    private const int PerBlock = 15;
    private const int FirstBlock = 253;
    private const int LastBlock = 240;

    /// <summary>How many hosts can have one: 10.253.0.0/16 and downwards to 10.240.0.0/16.</summary>
    public const int Max = (FirstBlock - LastBlock + 1) * PerBlock;

    public static ContainerNetwork Number(int index)
    {
        var block = string.Create(CultureInfo.InvariantCulture, $"10.{FirstBlock - index / PerBlock}");
        return new ContainerNetwork($"{block}.{index % PerBlock * 16}.0/20", $"{block}.255.{index % PerBlock + 1}");
    }

    /// <summary>Whether an address is in both.</summary>
    public bool Overlaps(IPNetwork other) => IPNetwork.Parse(Subnet) is var ours && (ours.Contains(other.BaseAddress) || other.Contains(ours.BaseAddress));

    /// <summary>Null when it is no such network. The last sixteenth of a /16 is for the hosts' own addresses.</summary>
    public static ContainerNetwork? Parse(string subnet)
    {
        if (!IPNetwork.TryParse(subnet, out var network) || network.PrefixLength != 20) return null;
        var bytes = network.BaseAddress.GetAddressBytes();
        if (bytes.Length != 4 || bytes[2] >= PerBlock * 16) return null;
        return new ContainerNetwork(network.ToString(), string.Create(CultureInfo.InvariantCulture, $"{bytes[0]}.{bytes[1]}.255.{bytes[2] / 16 + 1}"));
    }
}
