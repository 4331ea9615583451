using Tatara.Router.Loops;
using Tatara.Router.Proxy.Backends;

namespace Tatara.Router.Proxy;

/// <summary>One loop's part of the proxy: its clients, its connections to endpoints, and what its requests use in turn. Of the loop's thread.</summary>
internal sealed class Worker
{
    /// <summary>Enough for many requests at once; the rest is made and forgotten.</summary>
    private const int MaxKeptExchanges = 256;

    /// <summary>A pipe is at work only while bytes go through it: few at a time.</summary>
    private const int MaxKeptPipes = 16;

    private readonly Stack<Exchange> _exchanges = new();
    private readonly Stack<SplicePipe> _pipes = new();
    private readonly HashSet<ClientConnection> _clients = [];
    private readonly HashSet<BackendPool> _pools = [];
    private int _count;

    public Worker(Loop loop, ProxyContext context)
    {
        (Loop, Context) = (loop, context);
        Scratch = GC.AllocateUninitializedArray<byte>(2 * context.Limits.MaxHeadBytes + RequestWriter.AddedBytes, pinned: true);
        loop.Sweep += Sweep;
    }

    public Loop Loop { get; }
    public ProxyContext Context { get; }

    /// <summary>Where a head is written before it is sent: of use until the next wait.</summary>
    public byte[] Scratch { get; }

    /// <summary>Clients connected; for any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Connections end after their request: the router will stop.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Those without a request end: the router stops.</summary>
    public bool EndsIdle { get; private set; }

    public void Add(ClientConnection client)
    {
        _clients.Add(client);
        Volatile.Write(ref _count, _clients.Count);
    }

    public void Remove(ClientConnection client)
    {
        _clients.Remove(client);
        Volatile.Write(ref _count, _clients.Count);
    }

    public void SendElsewhere() => IsDraining = true;

    public void Drain()
    {
        IsDraining = EndsIdle = true;
        foreach (var client in _clients) client.OnDraining();
    }

    /// <summary>Ends every connection, whatever it does.</summary>
    public void Abort()
    {
        foreach (var client in _clients.ToList()) client.Abort();
        foreach (var pool in _pools) pool.Close();
        while (_pipes.TryPop(out var pipe)) pipe.Close();
    }

    public BackendPool PoolOf(Registry.Endpoint endpoint)
    {
        var pool = endpoint.Pools.Of(Loop, Context.Limits);
        if (!pool.IsListed) pool.IsListed = _pools.Add(pool);
        return pool;
    }

    public Exchange RentExchange() => _exchanges.TryPop(out var exchange) ? exchange : new Exchange(Context.Limits, Context.Time);

    public void Return(Exchange exchange)
    {
        exchange.Forget();
        if (_exchanges.Count < MaxKeptExchanges) _exchanges.Push(exchange);
    }

    /// <summary>An empty pipe; null when the kernel has none to give.</summary>
    public SplicePipe? RentPipe() => _pipes.TryPop(out var pipe) ? pipe : SplicePipe.TryCreate();

    public void Return(SplicePipe pipe)
    {
        if (pipe.Held == 0 && _pipes.Count < MaxKeptPipes) _pipes.Push(pipe);
        else pipe.Close();
    }

    private void Sweep()
    {
        foreach (var client in _clients) client.CheckDeadline(Loop.Now);
        foreach (var pool in _pools)
        {
            pool.Trim();
            pool.IsListed = !pool.IsEmpty;
        }
        _pools.RemoveWhere(p => !p.IsListed);
    }
}
