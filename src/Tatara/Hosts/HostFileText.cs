using System.Text;
using Tatara.Cluster;
using Tatara.Configuration;
using Tatara.Peers;
using Tatara.Router.Tls;

namespace Tatara.Hosts;

/// <summary>A configuration file as `tatara cluster init` and `tatara join` write it: what is said, and nothing that would be so anyway.</summary>
internal static class HostFileText
{
    private static readonly PlatformOptions s_usual = new();

    public static string Of(JoinAnswer answer, PlatformOptions options)
    {
        var member = answer.Member;
        var text = new StringBuilder().AppendLine($$"""
            # What this host is, and the platform that it belongs to. `tatara config sample` explains every key.
            domain: {{answer.Domain}}
            roles: [{{string.Join(", ", member.Roles.Where(PeerRole.All.Contains))}}]
            host:
              name: {{member.Name}}
              address: {{member.Address}}
            """);
        Add(text, "  zone", options.Zone);
        text.AppendLine($"""
            data: {Quoted(options.Data)}
            stacks: {Quoted(options.Stacks)}
            buildpacks: {Quoted(options.Buildpacks)}
            ports-from: {answer.PortsFrom}
            tcp-ports: {Quoted(answer.TcpPorts)}
            external-https-port: {answer.ExternalHttpsPort}
            """);
        Add(text, "database", options.Database);
        Add(text, "blobstore", options.Blobstore);
        if (options.StagingTimeout != s_usual.StagingTimeout) text.AppendLine(FormattableString.Invariant($"staging-timeout: {options.StagingTimeout}"));
        if (options.JsonLog) text.AppendLine("json-log: true");
        if (member.Roles.Contains(PeerRole.Router)) AddRouter(text, options);
        if (member.Roles.Contains(PeerRole.Dea)) AddDea(text, member, options);
        return text.ToString();
    }

    private static void AddRouter(StringBuilder text, PlatformOptions options)
    {
        var router = options.Router;
        text.AppendLine(FormattableString.Invariant($"router:\n  listen: {options.Listen}\n  http-port: {options.HttpPort}\n  https-port: {options.HttpsPort}"));
        Add(text, "  https-only", options.HttpsOnly);
        Add(text, "  proxy-protocol", router.ProxyProtocolFrom);
        Add(text, "  drain-wait", Seconds(router.DrainWait));
        Add(text, "  drain-timeout", Seconds(router.DrainTimeout));
        Add(text, "  max-body", router.MaxBodyBytes is { } bytes ? FormattableString.Invariant($"{bytes >> 20}") : null);
        Add(text, "  client-ca", router.ClientAuthorities);
        Add(text, "  route-service-ca", router.RouteServiceAuthorities);
        if (router.RequiresClientCertificate) text.AppendLine("  require-client-certificate: true");
        Add(text, "  forwarded-client-cert", router.ForwardedClientCert switch
        {
            ForwardedClientCertMode.Forward => "forward",
            ForwardedClientCertMode.AlwaysForward => "always_forward",
            _ => null,
        });
        Add(text, "  acme", options.AcmeDirectory?.ToString());
        Add(text, "  acme-names", options.AcmeNames);
        Add(text, "  acme-contact", options.AcmeContact);
        Add(text, "  acme-ca", options.AcmeAuthorities);
    }

    private static void AddDea(StringBuilder text, Member member, PlatformOptions options)
    {
        text.AppendLine($"dea:\n  network: {member.Network}");
        Add(text, "  id", member.Dea);
        Add(text, "  memory", options.MemoryMb is { } memory ? FormattableString.Invariant($"{memory}") : null);
        if (options.MemoryOvercommit != s_usual.MemoryOvercommit) text.AppendLine(FormattableString.Invariant($"  memory-overcommit: {options.MemoryOvercommit}"));
    }

    private static void Add(StringBuilder text, string key, string? value)
    {
        if (value is not null) text.AppendLine($"{key}: {Quoted(value)}");
    }

    private static void Add(StringBuilder text, string key, IReadOnlyList<string> values)
    {
        if (values.Count > 0) text.AppendLine($"{key}: [{string.Join(", ", values.Select(Quoted))}]");
    }

    private static string? Seconds(TimeSpan? time) => time is { } some ? FormattableString.Invariant($"{(long)some.TotalSeconds}") : null;

    private static string Quoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
