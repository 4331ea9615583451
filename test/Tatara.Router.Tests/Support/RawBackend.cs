using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Tatara.Router.Tests.Support;

/// <summary>An endpoint that does on each connection what the test says, byte by byte.</summary>
public sealed class RawBackend : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<RawClient> _connections = [];
    private readonly Func<RawClient, Task> _serve;
    private int _count;

    private RawBackend(Func<RawClient, Task> serve, int port)
    {
        _serve = serve;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _ = AcceptAsync();
    }

    public IPEndPoint Endpoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Connections accepted so far.</summary>
    public int Connections => _count;

    /// <summary>Heads of the requests that <see cref="Answering"/> read.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public static RawBackend Start(Func<RawClient, Task> serve, int port = 0) => new(serve, port);

    /// <summary>Answers each request, which must have no body, with a head and body made from it.</summary>
    public static RawBackend Answering(Func<string, string> answer, int port = 0)
    {
        RawBackend backend = null!;
        backend = new RawBackend(async connection =>
        {
            while (await connection.ReadHeadAsync() is { } request)
            {
                backend.Requests.Enqueue(request);
                await connection.SendAsync(answer(request));
            }
        }, port);
        return backend;
    }

    public static RawBackend Saying(string body, int port = 0) => Answering(_ => Ok(body), port);

    public static string Ok(string body, string fields = "") => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n{fields}\r\n{body}";

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        foreach (var connection in _connections) connection.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = new RawClient(await _listener.AcceptSocketAsync(_stopping.Token));
                Interlocked.Increment(ref _count);
                _connections.Add(connection);
                _ = ServeAsync(connection);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(RawClient connection)
    {
        using (connection)
        {
            try
            {
                await _serve(connection);
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or TimeoutException)
            {
            }
        }
    }
}
