using System.Text;
using Tatara.Cluster;
using Tatara.Configuration;
using Tatara.Peers;

namespace Tatara.Hosts;

/// <summary>A configuration file as `tatara cluster init` and `tatara join` write it: what is said, and nothing that would be so anyway.</summary>
internal static class HostFileText
{
    public static string Of(JoinAnswer answer, PlatformOptions options)
    {
        var usual = new PlatformOptions();
        var member = answer.Member;
        var text = new StringBuilder().AppendLine($$"""
            # What this host is, and the platform that it belongs to. `tatara config sample` explains every key.
            domain: {{answer.Domain}}
            roles: [{{string.Join(", ", member.Roles.Where(PeerRole.All.Contains))}}]
            host:
              name: {{member.Name}}
              address: {{member.Address}}
            """);
        if (options.Zone is { } zone) text.AppendLine($"  zone: {zone}");
        text.AppendLine($"""
            data: {Quoted(options.Data)}
            stacks: {Quoted(options.Stacks)}
            buildpacks: {Quoted(options.Buildpacks)}
            ports-from: {answer.PortsFrom}
            tcp-ports: {Quoted(answer.TcpPorts)}
            external-https-port: {answer.ExternalHttpsPort}
            """);
        if (options.Database is { } database) text.AppendLine($"database: {Quoted(database)}");
        if (member.Roles.Contains(PeerRole.Router))
            text.AppendLine($"router:\n  listen: {options.Listen}\n  http-port: {options.HttpPort}\n  https-port: {options.HttpsPort}");
        if (member.Roles.Contains(PeerRole.Dea))
        {
            text.AppendLine($"dea:\n  network: {member.Network}");
            if (member.Dea is { } dea) text.AppendLine($"  id: {dea}");
            if (options.MemoryMb is { } memory) text.AppendLine($"  memory: {memory}");
            if (options.MemoryOvercommit != usual.MemoryOvercommit) text.AppendLine(FormattableString.Invariant($"  memory-overcommit: {options.MemoryOvercommit}"));
        }
        return text.ToString();
    }

    private static string Quoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
