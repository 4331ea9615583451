using Tatara.Router.Loops;

namespace Tatara.Router.Proxy.Backends;

/// <summary>An endpoint's connections, each loop's by themselves: to borrow one takes no lock.</summary>
internal sealed class BackendPools
{
    private BackendPool?[] _pools = [];

    /// <summary>The pool of the loop that calls.</summary>
    public BackendPool Of(Loop loop, ProxyLimits limits)
    {
        var pools = Volatile.Read(ref _pools);
        return loop.Index < pools.Length && pools[loop.Index] is { } pool ? pool : Add(loop, limits);
    }

    /// <summary>Closes all idle connections and those that come back. Called by any thread, after the endpoint was marked as gone.</summary>
    public void Close()
    {
        foreach (var pool in Volatile.Read(ref _pools))
            if (pool is not null) pool.Loop.Post(pool.Close);
    }

    private BackendPool Add(Loop loop, ProxyLimits limits)
    {
        var added = new BackendPool(loop, limits);
        while (true)
        {
            var pools = Volatile.Read(ref _pools);
            var larger = new BackendPool?[Math.Max(pools.Length, loop.Index + 1)];
            pools.CopyTo(larger, 0);
            larger[loop.Index] = added;
            if (Interlocked.CompareExchange(ref _pools, larger, pools) == pools) return added;
        }
    }
}
