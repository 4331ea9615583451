using System.CommandLine;
using System.Net;
using Tatara.Configuration;
using Tatara.Router.Tls;

namespace Tatara.Commands;

/// <summary>Flags of the router, wherever it runs.</summary>
internal sealed class RouterFlags
{
    private const int MaxDrainSeconds = 12 * 3600;

    private readonly Option<string[]> _proxyProtocol = new("--proxy-protocol") { Description = "networks of load balancers that begin each connection with a PROXY header, like 10.0.0.0/8", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int?> _drainWait = new("--drain-wait") { Description = "seconds for which the router's health check fails before it takes no more connections (default: 0; of `run router`: 10)" };
    private readonly Option<int?> _drainTimeout = new("--drain-timeout") { Description = "seconds that requests under way may take after that (default: 4; of `run router`: 60)" };
    private readonly Option<string?> _clientCa = new("--client-ca") { Description = "PEM file of authorities: HTTPS clients are asked for a certificate, and one that they show must be of these" };
    private readonly Option<string> _forwardedClientCert = new("--forwarded-client-cert") { Description = "what becomes of X-Forwarded-Client-Cert: sanitize_set, forward or always_forward", DefaultValueFactory = _ => "sanitize_set" };
    private readonly Option<string?> _routeServiceCa = new("--route-service-ca") { Description = "PEM file of authorities that route services elsewhere are trusted by, when this machine does not know them" };
    private readonly Option<int?> _maxBody = new("--max-body") { Description = "MB of the largest request body that the router lets pass (default: apps decide)" };
    private readonly Option<int?> _externalHttpsPort = new("--external-https-port") { Description = "port of HTTPS as clients see it, when something stands in front" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_proxyProtocol, _drainWait, _drainTimeout, _clientCa, _forwardedClientCert, _routeServiceCa, _maxBody, _externalHttpsPort]) command.Options.Add(option);
    }

    public RouterSettings Read(ParseResult result) => new()
    {
        ProxyProtocolFrom = Networks(result.GetValue(_proxyProtocol) ?? []),
        DrainWait = Seconds(result, _drainWait),
        DrainTimeout = Seconds(result, _drainTimeout),
        ClientAuthorities = ExistingFile(result, _clientCa),
        RouteServiceAuthorities = ExistingFile(result, _routeServiceCa),
        ForwardedClientCert = result.GetRequiredValue(_forwardedClientCert) switch
        {
            "sanitize_set" => ForwardedClientCertMode.SanitizeSet,
            "forward" => ForwardedClientCertMode.Forward,
            "always_forward" => ForwardedClientCertMode.AlwaysForward,
            var other => throw new SetupException($"--forwarded-client-cert {other} cannot be.", "It is sanitize_set, forward or always_forward."),
        },
        MaxBodyBytes = result.GetValue(_maxBody) is not { } megabytes ? null
            : megabytes > 0 ? megabytes * 1024L * 1024 : throw new SetupException($"--max-body {megabytes} cannot be.", "It is a number of MB from 1."),
        ExternalHttpsPort = result.GetValue(_externalHttpsPort) is not { } port ? null
            : port is > 0 and <= IPEndPoint.MaxPort ? port : throw new SetupException($"--external-https-port {port} is not a port.", "Ports are 1 to 65535."),
    };

    private static string? ExistingFile(ParseResult result, Option<string?> option) => result.GetValue(option) is not { } file ? null
        : File.Exists(file) ? Path.GetFullPath(file) : throw new SetupException($"{option.Name}: there is no file {file}.", "Name a PEM file with the certificates of authorities.");

    /// <summary>What the command's router may need to end, as far as the command line says.</summary>
    public static TimeSpan LongestDrain(ParseResult result)
    {
        // What a configuration file says is not read yet: its roles keep to it.
        if (result.CommandResult.Command.Options.FirstOrDefault(o => o.Name == "--config") is { } config && result.GetResult(config) is not null) return TimeSpan.FromSeconds(2 * MaxDrainSeconds);
        var flags = result.CommandResult.Command.Options.OfType<Option<int?>>().Where(o => o.Name is "--drain-wait" or "--drain-timeout");
        var said = flags.Where(o => result.GetResult(o) is { } found && !found.Errors.Any()).Sum(o => Math.Clamp(result.GetValue(o) ?? 0, 0, MaxDrainSeconds));
        return TimeSpan.FromSeconds(said) + RunRouter.UsualDrain;
    }

    private static TimeSpan? Seconds(ParseResult result, Option<int?> option) => result.GetValue(option) switch
    {
        null => null,
        >= 0 and <= MaxDrainSeconds and var seconds => TimeSpan.FromSeconds(seconds),
        var other => throw new SetupException($"{option.Name} {other} cannot be.", $"It is a number of seconds from 0 to {MaxDrainSeconds}."),
    };

    private static string[] Networks(string[] networks)
    {
        foreach (var network in networks)
            if (!IPNetwork.TryParse(network, out _)) throw new SetupException($"--proxy-protocol {network} is no network.", "Write one like 10.0.0.0/8, or 10.1.2.3/32 for one address.");
        return networks;
    }
}
