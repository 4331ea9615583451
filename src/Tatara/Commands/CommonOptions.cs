using System.CommandLine;
using Tatara.Configuration;

namespace Tatara.Commands;

/// <summary>The flags that `up`, `quickstart` and `run` share.</summary>
internal sealed class CommonOptions
{
    private static readonly PlatformOptions Defaults = new();

    private readonly Option<string> _data = new("--data") { Description = "folder for everything that survives a restart", DefaultValueFactory = _ => Defaults.Data };
    private readonly Option<string?> _database = new("--database") { Description = "file with the address of a PostgreSQL database, readable by its owner alone (default: SQLite in DATA)" };
    private readonly Option<string?> _stacks = new("--stacks") { Description = "folder of root filesystems (default: DATA/stacks)" };
    private readonly Option<string?> _buildpacks = new("--buildpacks") { Description = "folder of packaged buildpacks (default: DATA/buildpacks)" };
    private readonly Option<string> _domain = new("--domain") { Description = "system domain, and the apps' default one", DefaultValueFactory = _ => Defaults.Domain };
    private readonly Option<int> _httpPort = new("--http-port") { Description = "port of the router for HTTP", DefaultValueFactory = _ => Defaults.HttpPort };
    private readonly Option<int> _httpsPort = new("--https-port") { Description = "port of the router for HTTPS", DefaultValueFactory = _ => Defaults.HttpsPort };
    private readonly Option<string> _listen = new("--listen") { Description = "address the router listens on", DefaultValueFactory = _ => Defaults.Listen };
    private readonly Option<int> _deas = new("--deas") { Description = "DEAs on this machine; more than one run as processes of their own", DefaultValueFactory = _ => Defaults.Deas };
    private readonly Option<int> _portsFrom = new("--ports-from") { Description = "first of the loopback ports the platform's parts use", DefaultValueFactory = _ => Defaults.PortsFrom };
    private readonly Option<string> _network = new("--network") { Description = "private /16 network for containers", DefaultValueFactory = _ => Defaults.Network };
    private readonly Option<bool> _noHosts = new("--no-hosts") { Description = "leave /etc/hosts alone" };
    private readonly Option<long?> _memory = new("--memory") { Description = "MB for app instances (default: three quarters of the machine's memory)" };
    private readonly Option<double> _overcommit = new("--memory-overcommit") { Description = "promise so many times the memory there is", DefaultValueFactory = _ => Defaults.MemoryOvercommit };
    private readonly Option<int> _stagingTimeout = new("--staging-timeout") { Description = "minutes that the staging of an app may take", DefaultValueFactory = _ => Defaults.StagingTimeout };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_data, _database, _stacks, _buildpacks, _domain, _httpPort, _httpsPort, _listen, _deas, _portsFrom, _network, _noHosts, _memory, _overcommit, _stagingTimeout])
            command.Options.Add(option);
    }

    /// <summary>The flags that make another process of this program belong to the same platform.</summary>
    public static IReadOnlyList<string> ToArguments(PlatformOptions options) =>
    [
        "--data", options.Data, "--stacks", options.Stacks, "--buildpacks", options.Buildpacks, "--domain", options.Domain,
        "--http-port", Text(options.HttpPort), "--https-port", Text(options.HttpsPort), "--listen", options.Listen,
        "--deas", Text(options.Deas), "--ports-from", Text(options.PortsFrom), "--network", options.Network, "--staging-timeout", Text(options.StagingTimeout),
        "--memory-overcommit", options.MemoryOvercommit.ToString(System.Globalization.CultureInfo.InvariantCulture),
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
            Stacks = result.GetValue(_stacks) ?? Path.Combine(data, "stacks"),
            Buildpacks = result.GetValue(_buildpacks) ?? Path.Combine(data, "buildpacks"),
            Domain = result.GetRequiredValue(_domain),
            HttpPort = result.GetValue(_httpPort),
            HttpsPort = result.GetValue(_httpsPort),
            Listen = result.GetRequiredValue(_listen),
            Deas = result.GetValue(_deas),
            PortsFrom = result.GetValue(_portsFrom),
            Network = result.GetRequiredValue(_network),
            WriteHosts = !result.GetValue(_noHosts),
            MemoryMb = result.GetValue(_memory),
            StagingTimeout = result.GetRequiredValue(_stagingTimeout),
            MemoryOvercommit = result.GetValue(_overcommit),
        }.Validated();
    }
}
