using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tatara.Bench.Routing;

/// <summary>An instance that answers every request, until it ends with all its connections.</summary>
internal sealed class SoakEndpoint : IAsyncDisposable
{
    private static readonly byte[] Answer = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _connections = [];

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static SoakEndpoint Start()
    {
        var endpoint = new SoakEndpoint();
        endpoint._listener.Start();
        _ = endpoint.AcceptAsync();
        return endpoint;
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        lock (_connections)
            foreach (var connection in _connections) connection.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = await _listener.AcceptSocketAsync();
                lock (_connections) _connections.Add(connection);
                _ = ServeAsync(connection);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private static async Task ServeAsync(Socket connection)
    {
        try
        {
            var request = new byte[4096];
            while (await connection.ReceiveAsync(request) > 0) await connection.SendAsync(Answer);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }
}
