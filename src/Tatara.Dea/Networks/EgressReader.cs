using Tatara.Containers;
using Tatara.Protocol;

namespace Tatara.Dea.Networks;

/// <summary>Security group rules as the container runtime takes them.</summary>
internal static class EgressReader
{
    /// <summary>What can be understood; the rest allows nothing, and Cloud Controller refused it anyway.</summary>
    public static IReadOnlyList<AllowedTraffic> Read(IEnumerable<EgressRule>? rules) => [.. (rules ?? []).Select(Read).OfType<AllowedTraffic>()];

    private static AllowedTraffic? Read(EgressRule rule)
    {
        var destinations = rule.Destination.Split(',').Select(AddressRange.Parse).ToList();
        if (destinations.Contains(null)) return null;
        IReadOnlyList<AddressRange> where = [.. destinations.OfType<AddressRange>()];
        switch (rule.Protocol)
        {
            case "all":
                return new AllowedTraffic(EgressProtocol.All, where, [], Log: rule.Log);
            case "icmp":
                return new AllowedTraffic(EgressProtocol.Icmp, where, [], Icmp(rule.Type), Icmp(rule.Code), rule.Log);
            case "tcp" or "udp":
                var ports = rule.Ports?.Split(',').Select(PortRange.Parse).ToList() ?? [];
                return ports.Count == 0 || ports.Contains(null) ? null
                    : new AllowedTraffic(rule.Protocol == "tcp" ? EgressProtocol.Tcp : EgressProtocol.Udp, where, [.. ports.OfType<PortRange>()], Log: rule.Log);
            default:
                return null;
        }
    }

    private static byte? Icmp(int? number) => number is >= 0 and <= 255 ? (byte)number : null;
}
