using System.Collections.Concurrent;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.HealthManager.Tests.Fakes;

/// <summary>Heartbeats like a DEA, quickly.</summary>
internal sealed class FakeDea : IAsyncDisposable
{
    private readonly CancellationTokenSource _dies = new();
    private readonly Task _beating;

    public FakeDea(NatsConnection bus, string id, params InstanceHeartbeat[] holds)
    {
        foreach (var instance in holds) Holds[instance.Instance] = instance;
        _beating = BeatAsync(bus, id);
    }

    public ConcurrentDictionary<string, InstanceHeartbeat> Holds { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _dies.CancelAsync();
        await _beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task BeatAsync(NatsConnection bus, string id)
    {
        while (true)
        {
            await bus.PublishAsync(Subjects.DeaHeartbeat, new DeaHeartbeat(id, [.. Holds.Values]), cancellationToken: _dies.Token);
            await Task.Delay(100, _dies.Token);
        }
    }
}
