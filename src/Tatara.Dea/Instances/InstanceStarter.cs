using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Tatara.Containers;
using Tatara.Dea.Archives;
using Tatara.Protocol;

namespace Tatara.Dea.Instances;

/// <summary>dea.ID.start: admits an instance and sets its life going.</summary>
internal sealed class InstanceStarter(InstanceStore store, Capacity capacity, InstanceLauncher launcher, InstanceCare care, TimeProvider time, ILogger<InstanceStarter> logger)
    : IDisposable
{
    private readonly CancellationTokenSource _detach = new();
    private readonly ConcurrentDictionary<string, Task> _lives = new(StringComparer.Ordinal);

    public async Task StartAsync(DeaStartMessage message)
    {
        var now = time.GetUtcNow();
        var record = new InstanceRecord(Guid.NewGuid().ToString(), message, message.Uris, InstanceState.Born, now, now, InternalNames: message.InternalNames)
        {
            Routes = InstanceRoutes.Of(message),
        };
        if (Judge(message) is { } end)
        {
            logger.LogWarning("A start of {App} index {Index} is refused: {Problem}", message.Droplet, message.Index, end.Description);
            await care.Exits.PublishAsync(record, end);
            return;
        }
        var instance = new Instance(record, store, time);
        if (!care.Table.TryAdd(instance))
        {
            logger.LogInformation("Index {Index} of {App} is here already; the start message is ignored.", message.Index, message.Droplet);
            return;
        }
        try
        {
            instance.Update(r => r);
        }
        catch (IOException e)
        {
            logger.LogWarning("A start of {App} index {Index} is refused: it cannot be written down. {Problem}", message.Droplet, message.Index, e.Message);
            care.Table.Remove(instance);
            await care.Exits.PublishAsync(record, InstanceEnd.Refusal("insufficient resources: " + e.Message));
            return;
        }
        care.Table.NotifyChanged();
        Begin(instance, new InstanceLife(instance, launcher, care));
    }

    /// <summary>Goes on with an instance that an earlier run of this DEA left.</summary>
    public void Resume(Instance instance, IContainer container, LayerCache.Lease? droplet)
    {
        care.Table.Adopt(instance);
        Begin(instance, new InstanceLife(instance, launcher, care).Adopt(container, droplet));
    }

    /// <summary>Leaves all lives where they are: the instances run on without this DEA.</summary>
    public async Task DetachAsync()
    {
        await _detach.CancelAsync();
        await Task.WhenAll(_lives.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _detach.Dispose();

    private void Begin(Instance instance, InstanceLife life)
    {
        var run = Task.Run(() => life.RunAsync(_detach.Token));
        instance.Life = _lives[instance.Guid] = run;
        run.ContinueWith(done =>
        {
            _lives.TryRemove(instance.Guid, out _);
            if (done.Exception is { } e) logger.LogError(e, "The end of instance {Instance} did not go as it should.", instance.Guid);
        }, TaskScheduler.Default);
    }

    /// <summary>Null: welcome. What is wrong with the message is wrong on every DEA; what is missing here may be there on another.</summary>
    private InstanceEnd? Judge(DeaStartMessage message) => message switch
    {
        { Droplet.Length: 0 } or { Version.Length: 0 } => InstanceEnd.Crash("the start message names no app or no version"),
        { Index: < 0 } => InstanceEnd.Crash("the index is negative"),
        { Limits: { Mem: <= 0 } or { Disk: <= 0 } or { Fds: <= 0 } } => InstanceEnd.Crash("memory, disk and open files must be positive"),
        _ => capacity.WhatIsMissing(message.Limits) is { } missing ? InstanceEnd.Refusal("insufficient resources: " + missing) : null,
    };
}
