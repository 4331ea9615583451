using System.CommandLine;
using Tatara.Configuration;
using Tatara.Protocol;

namespace Tatara.Commands;

/// <summary>The flags that `up`, `quickstart` and `run` share.</summary>
internal sealed class CommonOptions
{
    private static readonly PlatformOptions Defaults = new();

    private readonly Option<string> _data = new("--data") { Description = "folder for everything that survives a restart", DefaultValueFactory = _ => Defaults.Data };
    private readonly Option<string?> _database = new("--database") { Description = "file with the address of a PostgreSQL database, readable by its owner alone (default: SQLite in DATA)" };
    private readonly Option<string?> _blobstore = new("--blobstore") { Description = "file with the address and keys of an S3 bucket, readable by its owner alone (default: a folder in DATA)" };
    private readonly Option<string?> _stacks = new("--stacks") { Description = "folder of root filesystems (default: DATA/stacks)" };
    private readonly Option<string?> _buildpacks = new("--buildpacks") { Description = "folder of packaged buildpacks (default: DATA/buildpacks)" };
    private readonly Option<string> _domain = new("--domain") { Description = "system domain, and the apps' default one", DefaultValueFactory = _ => Defaults.Domain };
    private readonly Option<int> _httpPort = new("--http-port") { Description = "port of the router for HTTP", DefaultValueFactory = _ => Defaults.HttpPort };
    private readonly Option<int> _httpsPort = new("--https-port") { Description = "port of the router for HTTPS", DefaultValueFactory = _ => Defaults.HttpsPort };
    private readonly Option<string> _tcpPorts = new("--tcp-ports") { Description = "ports that TCP routes may have, like 1024-1123,2000", DefaultValueFactory = _ => Defaults.TcpPorts.ToString() };
    private readonly Option<string[]> _httpsOnly = new("--https-only") { Description = "domains whose clients are sent to HTTPS, like '*.example.com'; '*' is all", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _acme = new("--acme") { Description = "directory of an ACME authority to order certificates from, like https://acme-v02.api.letsencrypt.org/directory; accepts its terms" };
    private readonly Option<string[]> _acmeNames = new("--acme-names") { Description = "names of routes that certificates are ordered for, like '*.example.com'", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _acmeContact = new("--acme-contact") { Description = "mail address that the ACME authority may write to" };
    private readonly Option<string?> _acmeAuthorities = new("--acme-ca") { Description = "PEM file that the ACME authority's address is trusted by, when this machine does not know it" };
    private readonly Option<string> _listen = new("--listen") { Description = "address the router listens on", DefaultValueFactory = _ => Defaults.Listen };
    private readonly Option<int> _deas = new("--deas") { Description = "DEAs on this machine; more than one run as processes of their own", DefaultValueFactory = _ => Defaults.Deas };
    private readonly Option<int> _portsFrom = new("--ports-from") { Description = "first of the loopback ports the platform's parts use", DefaultValueFactory = _ => Defaults.PortsFrom };
    private readonly Option<string> _network = new("--network") { Description = "private /16 network for containers", DefaultValueFactory = _ => Defaults.Network };
    private readonly Option<bool> _noHosts = new("--no-hosts") { Description = "leave /etc/hosts alone" };
    private readonly Option<bool> _jsonLog = new("--json-log") { Description = "write the platform's log as a JSON object a line" };
    private readonly Option<long?> _memory = new("--memory") { Description = "MB for app instances (default: three quarters of the machine's memory)" };
    private readonly Option<double> _overcommit = new("--memory-overcommit") { Description = "promise so many times the memory there is", DefaultValueFactory = _ => Defaults.MemoryOvercommit };
    private readonly Option<int> _stagingTimeout = new("--staging-timeout") { Description = "minutes that the staging of an app may take", DefaultValueFactory = _ => Defaults.StagingTimeout };

    private readonly Option<string?> _zone = new("--zone") { Description = "where this runs: routers prefer instances of their own zone (default: of DEA N zone-N; routers have none)" };
    private readonly RouterFlags _router = new();

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_data, _database, _blobstore, _stacks, _buildpacks, _domain, _httpPort, _httpsPort, _tcpPorts, _httpsOnly, _acme, _acmeNames, _acmeContact, _acmeAuthorities, _listen, _deas, _portsFrom, _network, _noHosts, _jsonLog, _memory, _overcommit, _stagingTimeout, _zone])
            command.Options.Add(option);
        _router.AddTo(command);
    }

    /// <summary>The flags that make another process of this program belong to the same platform.</summary>
    public static IReadOnlyList<string> ToArguments(PlatformOptions options) =>
    [
        "--data", options.Data, "--stacks", options.Stacks, "--buildpacks", options.Buildpacks, "--domain", options.Domain,
        "--http-port", Text(options.HttpPort), "--https-port", Text(options.HttpsPort), "--tcp-ports", options.TcpPorts.ToString(), "--listen", options.Listen,
        "--deas", Text(options.Deas), "--ports-from", Text(options.PortsFrom), "--network", options.Network, "--staging-timeout", Text(options.StagingTimeout),
        "--memory-overcommit", options.MemoryOvercommit.ToString(System.Globalization.CultureInfo.InvariantCulture),
        .. options.JsonLog ? ["--json-log"] : Array.Empty<string>(),
        .. options.Zone is { } zone ? ["--zone", zone] : Array.Empty<string>(),
        .. options.MemoryMb is { } memory ? ["--memory", Text(memory)] : Array.Empty<string>(),
    ];

    private static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public PlatformOptions Read(ParseResult result)
    {
        var data = result.GetRequiredValue(_data);
        return new PlatformOptions
        {
            Data = data,
            Database = result.GetValue(_database),
            Blobstore = result.GetValue(_blobstore),
            Stacks = result.GetValue(_stacks) ?? Path.Combine(data, "stacks"),
            Buildpacks = result.GetValue(_buildpacks) ?? Path.Combine(data, "buildpacks"),
            Domain = result.GetRequiredValue(_domain),
            HttpPort = result.GetValue(_httpPort),
            HttpsPort = result.GetValue(_httpsPort),
            TcpPorts = PortRanges.TryParse(result.GetRequiredValue(_tcpPorts), out var tcpPorts)
                ? tcpPorts
                : throw new SetupException($"--tcp-ports {result.GetRequiredValue(_tcpPorts)} are no ports.", "Write ranges from 1024 to 65535, like 1024-1123,2000."),
            HttpsOnly = result.GetValue(_httpsOnly) ?? [],
            AcmeDirectory = result.GetValue(_acme) is not { } acme ? null
                : Uri.TryCreate(acme, UriKind.Absolute, out var directory) && directory.Scheme == Uri.UriSchemeHttps ? directory
                : throw new SetupException($"--acme {acme} is no https address.", "Let's Encrypt's is https://acme-v02.api.letsencrypt.org/directory."),
            AcmeNames = result.GetValue(_acmeNames) ?? [],
            AcmeContact = result.GetValue(_acmeContact),
            AcmeAuthorities = result.GetValue(_acmeAuthorities),
            Listen = result.GetRequiredValue(_listen),
            Deas = result.GetValue(_deas),
            PortsFrom = result.GetValue(_portsFrom),
            Network = result.GetRequiredValue(_network),
            JsonLog = result.GetValue(_jsonLog),
            WriteHosts = !result.GetValue(_noHosts),
            MemoryMb = result.GetValue(_memory),
            StagingTimeout = result.GetRequiredValue(_stagingTimeout),
            MemoryOvercommit = result.GetValue(_overcommit),
            Zone = result.GetValue(_zone),
            Router = _router.Read(result),
        }.Validated();
    }
}
