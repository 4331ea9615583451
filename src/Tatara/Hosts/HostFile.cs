using System.Net;
using Tatara.Configuration;
using Tatara.Peers;
using Tatara.Protocol;
using Tatara.Router.Tls;

namespace Tatara.Hosts;

/// <summary>Reads a host's configuration file. `tatara config sample` says what each key means.</summary>
internal static class HostFile
{
    private const int MaxDrainSeconds = 12 * 3600;
    private static readonly PlatformOptions Usual = new();

    /// <exception cref="SetupException">It cannot be used; says which line, and what to do.</exception>
    public static HostConfiguration Load(string file)
    {
        if (!File.Exists(file)) throw new SetupException($"There is no {file}.", "`tatara cluster init` makes it on the first host, `tatara join` on all others.");
        const UnixFileMode others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        if ((File.GetUnixFileMode(file) & others) != 0) throw new SetupException($"{file} can be written by others than its owner.", $"chmod go-w {file}");
        return Parse(file, File.ReadAllText(file));
    }

    /// <summary>Writes one, and reads it as a host will.</summary>
    public static void Write(string file, string text)
    {
        Parse(file, text);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        AtomicFile.Write(file, text, secret: false);
    }

    public static HostConfiguration Parse(string file, string text)
    {
        var root = YamlSection.Parse(file, text);
        var host = root.Section("host");
        var name = host.Required("name", "Name this host, like host-1; no two hosts of a platform have one name.");
        if (!IsHostName(name)) throw host.Wrong("name", $"'{name}' cannot name a host", "Use 1 to 40 lower case letters, digits and dashes.");
        var address = host.Required("address", "Write the IPv4 address that the other hosts reach this one at.");
        if (!IsAddress(address)) throw host.Wrong("address", $"'{address}' is not an IPv4 address of a host", "Write the one that the other hosts reach this one at.");
        var platform = ReadPlatform(root, host.Text("zone"));
        var dea = root.Section("dea");
        var subnet = dea.Text("network");
        var configuration = new HostConfiguration
        {
            File = file,
            Roles = ReadRoles(root),
            Name = name,
            Address = address,
            ContainerNetwork = subnet is null ? ContainerNetwork.Number(0) : ContainerNetwork.Parse(subnet)
                ?? throw dea.Wrong("network", $"'{subnet}' is not a network for containers", "Write one like 10.253.16.0/20, which no other host of the platform has."),
            DeaId = dea.Text("id") ?? Member.UsualDeaId(name),
            Platform = platform with
            {
                MemoryMb = dea.Number("memory", 64, 1L << 40),
                MemoryOvercommit = dea.Factor("memory-overcommit") ?? Usual.MemoryOvercommit,
            },
        };
        root.RefuseOthers();
        return configuration with { Platform = Validated(file, configuration.Platform) };
    }

    /// <summary>What can be part of a DNS name, and of a subject of the bus.</summary>
    public static bool IsHostName(string name) =>
        name.Length is > 0 and <= 40 && name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-') && name[0] != '-' && name[^1] != '-';

    public static bool IsAddress(string text) =>
        IPAddress.TryParse(text, out var address) && address.ToString() == text && text.Contains('.', StringComparison.Ordinal)
        && !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.Broadcast);

    private static IReadOnlyList<string> ReadRoles(YamlSection root)
    {
        var roles = root.List("roles");
        if (roles.Count == 0) throw root.Missing("roles", $"List what this host runs: {string.Join(", ", PeerRole.All)}.");
        if (roles.FirstOrDefault(role => !PeerRole.All.Contains(role)) is { } unknown)
            throw root.Wrong("roles", $"there is no role '{unknown}'", $"There are: {string.Join(", ", PeerRole.All)}.");
        return roles.Distinct().Count() == roles.Count ? roles : throw root.Wrong("roles", "one is there twice", "A host runs each role once.");
    }

    private static PlatformOptions ReadPlatform(YamlSection root, string? zone)
    {
        var data = root.Text("data") ?? Usual.Data;
        var router = root.Section("router");
        var acme = router.Text("acme");
        return new PlatformOptions
        {
            Domain = root.Required("domain", "Write the platform's domain, like apps.example.com; *.DOMAIN leads to its routers."),
            Data = data,
            Stacks = root.Text("stacks") ?? Path.Combine(data, "stacks"),
            Buildpacks = root.Text("buildpacks") ?? Path.Combine(data, "buildpacks"),
            Database = root.Text("database"),
            Blobstore = root.Text("blobstore"),
            StatusListen = root.Text("status-listen") is not { } listen ? Usual.StatusListen
                : IPAddress.TryParse(listen, out _) ? listen : throw root.Wrong("status-listen", $"'{listen}' is not an IP address", "Write one of this host's, or 127.0.0.1."),
            PortsFrom = (int?)root.Number("ports-from", 1024, 65000) ?? Usual.PortsFrom,
            JsonLog = root.Flag("json-log") ?? false,
            TcpPorts = ReadTcpPorts(root),
            StagingTimeout = (int?)root.Number("staging-timeout", 1, 60) ?? Usual.StagingTimeout,
            WriteHosts = false,
            Zone = zone,
            Listen = router.Text("listen") ?? Usual.Listen,
            HttpPort = (int?)router.Number("http-port", 1, 65535) ?? Usual.HttpPort,
            HttpsPort = (int?)router.Number("https-port", 1, 65535) ?? Usual.HttpsPort,
            HttpsOnly = router.List("https-only"),
            AcmeDirectory = acme is null ? null : Uri.TryCreate(acme, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps ? url
                : throw router.Wrong("acme", $"'{acme}' is no https address", "Let's Encrypt's is https://acme-v02.api.letsencrypt.org/directory."),
            AcmeNames = router.List("acme-names"),
            AcmeContact = router.Text("acme-contact"),
            AcmeAuthorities = router.Text("acme-ca"),
            Router = ReadRouter(root, router),
        };
    }

    private static RouterSettings ReadRouter(YamlSection root, YamlSection router) => new()
    {
        ProxyProtocolFrom = router.List("proxy-protocol"),
        DrainWait = Seconds(router, "drain-wait"),
        DrainTimeout = Seconds(router, "drain-timeout"),
        ClientAuthorities = router.Text("client-ca"),
        RequiresClientCertificate = router.Flag("require-client-certificate") ?? false,
        RouteServiceAuthorities = router.Text("route-service-ca"),
        MaxBodyBytes = router.Number("max-body", 1, 1 << 30) is { } megabytes ? megabytes << 20 : null,
        ExternalHttpsPort = (int?)root.Number("external-https-port", 1, 65535),
        ForwardedClientCert = router.Text("forwarded-client-cert") switch
        {
            null or "sanitize_set" => ForwardedClientCertMode.SanitizeSet,
            "forward" => ForwardedClientCertMode.Forward,
            "always_forward" => ForwardedClientCertMode.AlwaysForward,
            var other => throw router.Wrong("forwarded-client-cert", $"'{other}' cannot be", "It is sanitize_set, forward or always_forward."),
        },
    };

    private static PortRanges ReadTcpPorts(YamlSection root) => root.Text("tcp-ports") is not { } text ? Usual.TcpPorts
        : PortRanges.TryParse(text, out var ports) ? ports : throw root.Wrong("tcp-ports", $"'{text}' are no ports", "Write ranges from 1024 to 65535, like 1024-1123,2000.");

    private static TimeSpan? Seconds(YamlSection section, string key) => section.Number(key, 0, MaxDrainSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    private static PlatformOptions Validated(string file, PlatformOptions options)
    {
        try
        {
            return options.Validated();
        }
        catch (SetupException e)
        {
            throw new SetupException($"{file}: {e.Problem}", e.Advice, e);
        }
    }
}
