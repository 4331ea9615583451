using System.CommandLine;
using System.Net;
using Tatara.Configuration;

namespace Tatara.Commands;

/// <summary>Flags of the router, wherever it runs.</summary>
internal sealed class RouterFlags
{
    private readonly Option<string[]> _proxyProtocol = new("--proxy-protocol") { Description = "networks of load balancers that begin each connection with a PROXY header, like 10.0.0.0/8", AllowMultipleArgumentsPerToken = true };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_proxyProtocol]) command.Options.Add(option);
    }

    public RouterSettings Read(ParseResult result) => new()
    {
        ProxyProtocolFrom = Networks(result.GetValue(_proxyProtocol) ?? []),
    };

    private static string[] Networks(string[] networks)
    {
        foreach (var network in networks)
            if (!IPNetwork.TryParse(network, out _)) throw new SetupException($"--proxy-protocol {network} is no network.", "Write one like 10.0.0.0/8, or 10.1.2.3/32 for one address.");
        return networks;
    }
}
