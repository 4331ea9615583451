using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tatara.Hosts;
using Tatara.Peers;

namespace Tatara.Bus;

/// <summary>What a nats-server is told.</summary>
internal static class BusConfiguration
{
    /// <summary>Who all parts are on one machine.</summary>
    public const string User = "tatara";

    /// <summary>The largest bus message: a batch of log lines or an app's environment fits several times over.</summary>
    private const int MaxPayloadBytes = 8 * 1024 * 1024;

    private const string RouteUser = "bus";

    /// <summary>One server for the parts of one machine.</summary>
    public static string OfMachine(int port, string password) => $$"""
        listen: "127.0.0.1:{{port}}"
        max_payload: {{MaxPayloadBytes}}
        authorization { user: "{{User}}", password: "{{password}}" }

        """;

    /// <summary>
    /// One server of a platform of many hosts. Members are known by their certificates, and each may say and hear what its role needs.
    /// Servers know each other by a password and their keys, too: any member could show a certificate to the port of routes, and one
    /// that was removed still knows the password.
    /// </summary>
    public static string OfHost(HostConfiguration host, MemberList members, string password)
    {
        var files = host.Identity.FilesOf(PeerRole.Bus);
        var tls = $$"""cert_file: "{{files.Certificate}}", key_file: "{{files.Key}}", ca_file: "{{files.Authority}}", timeout: 5""";
        var text = new StringBuilder();
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(files.Certificate);
        text.AppendLine($$"""
            # certificate {{certificate.SerialNumber}}: another one is another configuration, which the server has to read
            listen: "{{host.Address}}:{{host.Platform.BusPort}}"
            server_name: "{{host.Name}}"
            max_payload: {{MaxPayloadBytes}}
            tls { {{tls}}, verify_and_map: true }
            cluster {
              name: "tatara"
              listen: "{{host.Address}}:{{host.Platform.BusRoutePort}}"
              tls { {{tls}}, verify: true, pinned_certs: [{{Quoted(Buses(members).Select(m => m.Pin).OfType<string>())}}] }
              authorization { user: "{{RouteUser}}", password: "{{password}}", timeout: 5 }
              routes: [ {{string.Join(", ", Others(host, members, password))}} ]
            }
            authorization {
              timeout: 5
              users: [
            """);
        foreach (var member in members.Present)
            foreach (var role in member.Roles)
            {
                var permission = BusPermissions.Of(new PeerName(member.Name, role), member.DeaId);
                text.AppendLine($$"""
                        { user: "{{new PeerName(member.Name, role).Unique}}", permissions: { publish: [{{Quoted(permission.Publish)}}], subscribe: [{{Quoted(permission.Subscribe)}}] } }
                    """);
            }
        return text.Append("  ]\n}\n").ToString();
    }

    private static IEnumerable<Member> Buses(MemberList members) => members.Present.Where(m => m.Roles.Contains(PeerRole.Bus));

    private static IEnumerable<string> Others(HostConfiguration host, MemberList members, string password) => Buses(members)
        .Where(m => m.Name != host.Name)
        .Select(m => $"\"nats-route://{RouteUser}:{password}@{m.Address}:{host.Platform.BusRoutePort}\"");

    private static string Quoted(IEnumerable<string> subjects) => string.Join(", ", subjects.Select(subject => $"\"{subject}\""));
}
