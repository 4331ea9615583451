using System.Net.Sockets;

namespace Tatara.Router.Proxy;

/// <summary>Finds peers that vanished without a word behind tunnels, which may be silent for ever.</summary>
internal static class TcpKeepAlive
{
    private const int IdleSeconds = 60;
    private const int IntervalSeconds = 15;
    private const int Probes = 4;

    public static void Enable(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, IdleSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, IntervalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
    }
}
