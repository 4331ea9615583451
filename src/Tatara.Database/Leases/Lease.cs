namespace Tatara.Database.Leases;

/// <summary>
/// One candidate for a role that only one may have at a time. It tries until it holds the lease, renews it while it runs, and gives
/// it back when it stops. Whoever loses the way to the lease stops being active before the lease runs out for the others: a holder
/// counts its time from before it asked.
/// </summary>
/// <param name="take">Takes or renews for so long: <see cref="LeaseStore.TakeAsync"/>, or a call to somebody who does that.</param>
public sealed class Lease(Func<TimeSpan, CancellationToken, Task<bool>> take, Func<CancellationToken, Task> release, TimeProvider time) : IAsyncDisposable
{
    /// <summary>After a holder was killed, another one is active within this and one <see cref="Interval"/>: less than 5 s.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(4);

    /// <summary>A holder has seven more tries before it loses the lease.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);

    /// <summary>A try that takes longer failed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The holder stops so much earlier: what it has just begun is done by then.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(0.5);

    private readonly CancellationTokenSource _stopping = new();
    private Task _work = Task.CompletedTask;
    private long? _heldSince;
    private bool _wasHeld;

    /// <summary>Tells, on the thread that tries, that the lease was won or lost.</summary>
    public event Action<bool>? Changed;

    /// <summary>Whether this candidate may act at this moment.</summary>
    public bool IsHeld
    {
        get
        {
            lock (_stopping) return _heldSince is { } since && time.GetElapsedTime(since) < Life - Margin;
        }
    }

    /// <summary>Begins to try.</summary>
    public void Start() => _work = RepeatAsync(_stopping.Token);

    /// <summary>Stops, and lets another one in at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var held = IsHeld;
        Set(null);
        if (!held) return;
        using var patience = new CancellationTokenSource(Patience, time);
        await release(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RepeatAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await TryAsync(cancellationToken);
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            Set(await take(Life, patience.Token) ? asked : null);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Nobody can be asked: what was granted holds until it runs out.
            if (!IsHeld) Set(null);
        }
    }

    private void Set(long? heldSince)
    {
        lock (_stopping) _heldSince = heldSince;
        var held = heldSince is not null;
        if (held == _wasHeld) return;
        _wasHeld = held;
        Changed?.Invoke(held);
    }
}
