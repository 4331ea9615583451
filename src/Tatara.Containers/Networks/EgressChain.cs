using System.Security.Cryptography;
using System.Text;

namespace Tatara.Containers.Networks;

/// <summary>The firewall chain of what containers may reach. Those that may reach the same share it: it is named after them.</summary>
internal sealed record EgressChain
{
    public const string Prefix = "egress_";

    public EgressChain(IReadOnlyList<AllowedTraffic> allowed)
    {
        Rules = [.. allowed.Select(Rule), "reject with icmp admin-prohibited"];
        Name = Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Rules))))[..24];
    }

    public string Name { get; }

    public IReadOnlyList<string> Rules { get; }

    /// <summary>What `nft -f` needs to have it, whether it is there or not.</summary>
    public string Script(string table)
    {
        var script = new StringBuilder($"add chain inet {table} {Name}\nflush chain inet {table} {Name}\n");
        foreach (var rule in Rules) script.Append($"add rule inet {table} {Name} {rule}\n");
        return script.ToString();
    }

    private static string Rule(AllowedTraffic traffic)
    {
        var destinations = $"ip daddr {{ {string.Join(", ", Merge(traffic.Destinations.Select(d => ((long)d.First, (long)d.Last))).Select(d => new AddressRange((uint)d.First, (uint)d.Last)))} }}";
        var kind = traffic.Protocol switch
        {
            EgressProtocol.Tcp => " tcp dport " + Ports(traffic),
            EgressProtocol.Udp => " udp dport " + Ports(traffic),
            EgressProtocol.Icmp => " meta l4proto icmp" + (traffic.IcmpType is { } type ? $" icmp type {type}" : "") + (traffic.IcmpCode is { } code ? $" icmp code {code}" : ""),
            _ => "",
        };
        return $"{destinations}{kind}{(traffic.Log ? " log prefix \"tatara-egress \"" : "")} accept";
    }

    private static string Ports(AllowedTraffic traffic) =>
        $"{{ {string.Join(", ", Merge(traffic.Ports.Select(p => ((long)p.First, (long)p.Last))).Select(p => new PortRange((int)p.First, (int)p.Last)))} }}";

    /// <summary>The kernel refuses sets whose ranges overlap.</summary>
    internal static IReadOnlyList<(long First, long Last)> Merge(IEnumerable<(long First, long Last)> ranges)
    {
        var merged = new List<(long First, long Last)>();
        foreach (var range in ranges.Order())
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1) merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            else merged.Add(range);
        }
        return merged;
    }
}
