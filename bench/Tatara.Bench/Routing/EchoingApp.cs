using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tatara.Bench.Routing;

/// <summary>Instances, as a process of their own, that switch to another protocol when asked and send back what they get.</summary>
internal static class EchoingApp
{
    /// <summary>Argument by which the bench starts itself as these instances; their ports follow.</summary>
    public const string Role = "echo-role";

    private const int Backlog = 1024;
    private static readonly byte[] Switching = Encoding.ASCII.GetBytes("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");

    /// <summary>Runs until its standard input ends, as it does when the bench is gone.</summary>
    public static async Task RunAsync(string[] arguments)
    {
        foreach (var port in arguments.Skip(1)) _ = AcceptAsync(int.Parse(port, CultureInfo.InvariantCulture));
        while (await Console.In.ReadLineAsync() is not null)
        {
        }
    }

    private static async Task AcceptAsync(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start(Backlog);
        while (true) _ = EchoAsync(await listener.AcceptSocketAsync());
    }

    private static async Task EchoAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                var buffer = new byte[1024];
                if (await socket.ReceiveAsync(buffer) == 0) return;
                await socket.SendAsync(Switching);
                while (await socket.ReceiveAsync(buffer) is > 0 and var count) await socket.SendAsync(buffer.AsMemory(0, count));
            }
            catch (SocketException)
            {
            }
        }
    }
}
