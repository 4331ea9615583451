using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tatara.Router.Loops;
using Tatara.Router.Loops.Secure;
using Tatara.Router.Tls;

namespace Tatara.Router.Proxy;

/// <summary>Listens, and spreads clients over the loops. When it stops, requests under way may finish.</summary>
internal sealed class ProxyServer(ProxyContext context, RouterPorts ports, IServiceProvider services) : IHostedService, IDisposable
{
    private const int Backlog = 4096;

    /// <summary>Connections that a loop takes at a time, so that the others wake up for the rest.</summary>
    private const int AcceptsPerTurn = 16;

    /// <summary>A loop with this many clients more than another one gives new ones away: clients stay long, and a thread's hop is cheap beside that.</summary>
    private const int MaxImbalance = 8;

    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(20);

    private readonly Worker[] _workers =
        [.. Enumerable.Range(0, context.Options.Loops ?? Environment.ProcessorCount).Select(i => new Worker(new Loop(i, context.Limits.SweepInterval, context.Logger), context))];
    private readonly List<Listener> _listeners = [];
    private bool _isStopped;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var options = context.Options;
        foreach (var worker in _workers) worker.Loop.Start();
        if (options.HttpPort is { } http) Listen(http, nameof(RouterPorts.Http), secure: null);
        if (options.HttpsPort is { } https) Listen(https, nameof(RouterPorts.Https), new SecureContexts(services.GetRequiredService<CertificateStore>().Find));
        return Task.CompletedTask;
    }

    /// <summary>Serves as before, but asks each client to come by another connection the next time: a load balancer leads that elsewhere.</summary>
    public async Task SendElsewhereAsync()
    {
        await Task.WhenAll(_workers.Select(w => RunAsync(w, w.SendElsewhere)));
        context.Http2.SendElsewhere();
    }

    /// <summary>Takes no more clients, ends the idle ones, and waits for the others as long as the host has patience.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_isStopped) return;
        _isStopped = true;
        await SendElsewhereAsync(); // Before anyone is refused: no answer may promise a client another request.
        foreach (var listener in _listeners)
        {
            await Task.WhenAll(_workers.Select(w => RunAsync(w, () => w.Loop.StopListening(listener.Descriptor))));
            // Those that the kernel has let in already would be reset: it closes right after the last one was taken.
            await RunAsync(_workers[0], () =>
            {
                while (Accept(_workers[0], listener))
                {
                }
                listener.Socket.Dispose();
            });
        }
        await Task.WhenAll(_workers.Select(w => RunAsync(w, w.Drain)));
        context.Http2.SendElsewhere();
        try
        {
            while (_workers.Any(w => w.Count > 0)) await Task.Delay(DrainPoll, context.Time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
        }
        await Task.WhenAll(_workers.Select(w => RunAsync(w, w.Abort)));
    }

    public void Dispose()
    {
        foreach (var worker in _workers) worker.Loop.Dispose();
        foreach (var listener in _listeners) listener.Socket.Dispose();
    }

    /// <summary>Lets a loop serve a connection that was made elsewhere in this process.</summary>
    public void Adopt(int descriptor, ClientAddress client)
    {
        var worker = _workers.MinBy(w => w.Count)!;
        context.Clients.Enter(client.Remote.Address);
        worker.Loop.Post(() => Begin(worker, new LoopSocket(worker.Loop, descriptor, isConnected: true), client));
    }

    private static Task RunAsync(Worker worker, Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        worker.Loop.Post(() =>
        {
            action();
            done.SetResult();
        });
        return done.Task;
    }

    private void Listen(int port, string name, SecureContexts? secure)
    {
        IPAddress[] addresses = context.Options.ListenAddresses.Count == 0 ? [IPAddress.IPv6Any] : [.. context.Options.ListenAddresses.Select(IPAddress.Parse)];
        foreach (var address in addresses)
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(new IPEndPoint(address, port));
            socket.Blocking = false;
            socket.Listen(Backlog);
            var local = (IPEndPoint)socket.LocalEndPoint!;
            ports.Add(name, () => local);
            var listener = new Listener(socket, (int)socket.Handle, local.Port, secure);
            _listeners.Add(listener);
            foreach (var worker in _workers)
                worker.Loop.Post(() => worker.Loop.Listen(listener.Descriptor, () => Accept(worker, listener)));
        }
    }

    /// <returns>Whether more may wait.</returns>
    private bool Accept(Worker own, Listener listener)
    {
        const int longestAddress = 128;
        Span<byte> address = stackalloc byte[longestAddress];
        for (var i = 0; i < AcceptsPerTurn; i++)
        {
            var descriptor = Native.Accept(listener.Descriptor, address, out var length);
            if (descriptor < 0) return false;
            _ = Native.SetOption(descriptor, Native.TcpLevel, Native.NoDelayOption, 1);
            var peer = ClientAddress.Parse(address[..length]);
            var client = new ClientAddress(peer, listener.Port, isHttps: listener.Secure is not null, context.Trusted) { BeginsWithProxyHeader = context.Balancers.Contain(peer.Address) };
            if (!context.Clients.TryEnter(client.Remote.Address))
            {
                Native.Close(descriptor);
                continue;
            }
            var worker = LeastBusyBeside(own);
            if (worker == own) Begin(own, Open(own, descriptor, listener.Secure), client);
            else worker.Loop.Post(() => Begin(worker, Open(worker, descriptor, listener.Secure), client));
        }
        return true;
    }

    private Worker LeastBusyBeside(Worker own)
    {
        var least = own;
        foreach (var worker in _workers)
            if (worker.Count < least.Count - MaxImbalance) least = worker;
        return least;
    }

    private static LoopSocket Open(Worker worker, int descriptor, SecureContexts? secure) =>
        secure is null ? new LoopSocket(worker.Loop, descriptor, isConnected: true) : new SecureSocket(worker.Loop, descriptor, secure);

    private void Begin(Worker worker, LoopSocket socket, ClientAddress client) => _ = ServeAsync(worker, socket, client);

    private async Task ServeAsync(Worker worker, LoopSocket socket, ClientAddress client)
    {
        var connection = new ClientConnection(socket, client, worker);
        await connection.RunAsync();
        context.Clients.Leave(connection.Client.Remote.Address);
    }

    private sealed record Listener(Socket Socket, int Descriptor, int Port, SecureContexts? Secure);
}
