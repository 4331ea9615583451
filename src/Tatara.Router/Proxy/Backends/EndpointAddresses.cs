using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Tatara.Router.Loops;
using Tatara.Router.Registry;

namespace Tatara.Router.Proxy.Backends;

/// <summary>Where to connect to, as the kernel wants it. Mostly an IP address is registered; a name is looked up by another thread, as that waits.</summary>
internal static class EndpointAddresses
{
    public static byte[]? Parse(EndpointAddress address) =>
        IPAddress.TryParse(address.Host, out var ip) ? Of(ip, address.Port) : null;

    /// <summary>Looks the endpoint's name up and goes on, on the loop, with an address of it; null when there is none.</summary>
    public static async ValueTask<byte[]?> ResolveAsync(Endpoint endpoint, Loop loop)
    {
        var lookup = new Lookup(loop, endpoint.Address.Host);
        await lookup;
        return lookup.Address is { } ip ? Of(ip, endpoint.Address.Port) : null;
    }

    private static byte[] Of(IPAddress ip, int port)
    {
        var address = new IPEndPoint(ip, port).Serialize();
        return address.Buffer.Span[..address.Size].ToArray();
    }

    private sealed class Lookup(Loop loop, string host) : INotifyCompletion
    {
        public IPAddress? Address { get; private set; }

        public bool IsCompleted => false;

        public Lookup GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => _ = RunAsync(continuation);

        private async Task RunAsync(Action continuation)
        {
            try
            {
                Address = await Task.Run(async () => (await Dns.GetHostAddressesAsync(host)).FirstOrDefault());
            }
            catch (SocketException)
            {
            }
            loop.Post(continuation);
        }
    }
}
