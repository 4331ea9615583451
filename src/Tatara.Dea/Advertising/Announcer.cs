using Tatara.Dea.Instances;
using Tatara.MessageBus;

namespace Tatara.Dea.Advertising;

/// <summary>When advertisements and heartbeats go out: at their intervals, and at once after a change. Nothing while the bus is away: what it would say then is stale when it is back.</summary>
internal sealed class Announcer(DeaOptions options, NatsConnection bus, InstanceTable table, Advertiser advertiser, HeartbeatSender heartbeats)
{
    /// <summary>Changes this close together are told together: a DEA that starts a hundred instances need not list them all a hundred times.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(15);

    private readonly SemaphoreSlim _changed = new(0, 1);

    public async Task RunAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        table.Changed += NoteChange;
        try
        {
            await Task.WhenAll(
                RepeatAsync(options.AdvertiseInterval, advertiser.AdvertiseAsync, time, cancellationToken),
                RepeatAsync(options.HeartbeatInterval, heartbeats.SendAsync, time, cancellationToken),
                FollowChangesAsync(time, cancellationToken));
        }
        finally
        {
            table.Changed -= NoteChange;
        }
    }

    /// <summary>Something changed that others want to know.</summary>
    public void NoteChange()
    {
        try
        {
            _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is to be told already.
        }
    }

    private async Task FollowChangesAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            await _changed.WaitAsync(cancellationToken);
            await Task.Delay(Gathering, time, cancellationToken);
            if (!bus.IsConnected) continue;
            await heartbeats.SendAsync();
            await advertiser.AdvertiseAsync();
        }
    }

    private async Task RepeatAsync(TimeSpan interval, Func<Task> send, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(interval, time, cancellationToken);
            if (bus.IsConnected) await send();
        }
    }
}
