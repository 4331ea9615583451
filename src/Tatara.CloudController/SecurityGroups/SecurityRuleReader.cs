using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Tatara.CloudController.Api;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.SecurityGroups;

/// <summary>Reads the rules of a security group and refuses those that no firewall could follow, in Cloud Foundry's words.</summary>
internal static class SecurityRuleReader
{
    /// <summary>More would make every packet slow.</summary>
    private const int MaxRules = 1000;

    private const int MaxDestinationLength = 10_000;
    private static readonly string[] s_protocols = ["tcp", "udp", "icmp", "all"];

    public static IReadOnlyList<SecurityRule>? Read(Body body) =>
        body.Objects("rules", maxItems: MaxRules) is { } rules ? [.. rules.Select(ReadRule).OfType<SecurityRule>()] : null;

    private static SecurityRule? ReadRule(Body rule)
    {
        var protocol = rule.String("protocol");
        if (!s_protocols.Contains(protocol)) rule.Fail("protocol must be 'tcp', 'udp', 'icmp', or 'all'");
        var destination = ReadDestination(rule);
        var ports = rule.String("ports", maxLength: MaxDestinationLength);
        var description = rule.String("description", maxLength: 2000);
        var log = rule.Boolean("log");
        int? type = null, code = null;
        switch (protocol)
        {
            case "tcp" or "udp":
                if (ports is null) rule.Fail("ports are required for protocols of type TCP and UDP");
                else if (!ports.Split(',').All(IsPortRange))
                    rule.Fail("ports must be a valid single port, comma separated list of ports, or range or ports, formatted as a string");
                break;
            case "icmp":
                type = ReadIcmp(rule, "type");
                code = ReadIcmp(rule, "code");
                break;
            case "all" when ports is not null:
                rule.Fail("ports are not allowed for protocols of type all");
                break;
        }
        rule.Ignore("type", "code");
        return destination is null || protocol is null ? null : new SecurityRule(protocol, destination, ports, type, code, description, log);
    }

    private static int? ReadIcmp(Body rule, string field)
    {
        if (!rule.Has(field)) rule.Fail($"{field} is required for protocols of type ICMP");
        else if (rule.Integer(field) is { } value and >= -1 and <= 255) return (int)value;
        else rule.Fail($"{field} must be an integer between -1 and 255 (inclusive)");
        return null;
    }

    private static string? ReadDestination(Body rule)
    {
        var destination = rule.String("destination", maxLength: MaxDestinationLength);
        if (destination is null)
        {
            rule.Fail("destination must be a valid CIDR, IP address, or IP address range");
            return null;
        }
        if (destination.Any(char.IsWhiteSpace))
        {
            rule.Fail("destination must not contain whitespace");
            return null;
        }
        foreach (var part in destination.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length == 1 ? !IsNetwork(part) : ends.Length != 2) rule.Fail("destination must contain valid CIDR(s), IP address(es), or IP address range(s)");
            else if (ends.Length == 2 && (Number(ends[0]) is not { } first || Number(ends[1]) is not { } last)) rule.Fail("destination IP address range is invalid");
            else if (ends.Length == 2 && Number(ends[0]) > Number(ends[1]))
                rule.Fail("beginning of IP address range is numerically greater than the end of its range (range endpoints are inverted)");
        }
        return destination;
    }

    private static bool IsNetwork(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) return Number(text) is not null;
        return Number(text[..slash]) is not null && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits <= 32;
    }

    /// <summary>Of an IPv4 address in four decimal parts; the shorter forms that some programs read are not meant by anyone.</summary>
    private static uint? Number(string text) =>
        text.Count(c => c == '.') == 3 && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork
            ? BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes()) : null;

    private static bool IsPortRange(string text)
    {
        var ends = text.Trim().Split('-');
        return ends.Length is 1 or 2 && ends.All(e => Port(e.Trim()) is not null) && (ends.Length == 1 || Port(ends[0].Trim()) <= Port(ends[1].Trim()));
    }

    private static int? Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535 ? port : null;
}
