using System.Net;
using System.Net.Sockets;
using Tatara.Configuration;
using Tatara.Hosts;
using Tatara.Peers;

namespace Tatara.Up;

/// <summary>Says which port is taken before anything is started on it.</summary>
internal static class PortCheck
{
    public static void EnsureFree(PlatformOptions options)
    {
        EnsureFreeForRouter(options);
        foreach (var port in (int[])[options.CloudControllerPort, options.UaaPort, options.LogCachePort, options.RouterStatusPort])
            Check("127.0.0.1", port, "--ports-from");
    }

    public static void EnsureFreeForRouter(PlatformOptions options)
    {
        Check(options.Listen, options.HttpPort, "--http-port");
        Check(options.Listen, options.HttpsPort, "--https-port");
    }

    /// <summary>For roles of one host of many.</summary>
    public static void EnsureFree(HostConfiguration host, IReadOnlyList<string> roles)
    {
        if (roles.Contains(PeerRole.Router))
        {
            EnsureFreeForRouter(host.Platform);
            Check("127.0.0.1", host.Platform.RouterStatusPort, "`ports-from`");
        }
        foreach (var role in roles.Where(r => r is PeerRole.Authority or PeerRole.CloudController or PeerRole.Uaa or PeerRole.LogCache))
            Check(host.Address, host.PortOf(role), "`ports-from` (of all hosts)");
    }

    private static void Check(string address, int port, string flag)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Parse(address), port);
            listener.Start();
        }
        catch (SocketException e)
        {
            throw new SetupException($"Port {port} on {address} cannot be used: {e.Message}.", $"`ss -ltnp` shows who has it; {flag} chooses another.", e);
        }
    }
}
