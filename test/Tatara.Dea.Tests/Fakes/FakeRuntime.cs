using System.Collections.Concurrent;
using Tatara.Containers;

namespace Tatara.Dea.Tests.Fakes;

/// <summary>Containers that exist in memory only and do what a test tells them. It outlives the DEA, as real ones do.</summary>
internal sealed class FakeRuntime(string directory) : IContainerRuntime
{
    private readonly ConcurrentDictionary<string, FakeContainer> _containers = new();

    /// <summary>What a new container does; by default it listens on its port at once.</summary>
    public Func<FakeContainer, Task> OnCreate { get; set; } = c =>
    {
        c.Listen();
        return Task.CompletedTask;
    };

    public ICollection<FakeContainer> Containers => _containers.Values;

    public Task InitializeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<IContainer> CreateAsync(ContainerSpec spec, CancellationToken cancellationToken)
    {
        var container = new FakeContainer(spec, Path.Combine(directory, spec.Handle + ".log"), () => _containers.TryRemove(spec.Handle, out _));
        _containers[spec.Handle] = container;
        try
        {
            await OnCreate(container).WaitAsync(cancellationToken);
            return container;
        }
        catch
        {
            await container.DestroyAsync(CancellationToken.None);
            throw;
        }
    }

    public Task<IReadOnlyList<IContainer>> RecoverAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<IContainer>>([.. _containers.Values]);

    /// <summary>Who may dial whom.</summary>
    public IReadOnlyList<ContainerLink> Links { get; private set; } = [];

    public Task SetLinksAsync(IReadOnlyList<ContainerLink> links, CancellationToken cancellationToken)
    {
        Links = links;
        return Task.CompletedTask;
    }

    /// <summary>Other hosts with containers.</summary>
    public IReadOnlyList<TunnelPeer> Tunnel { get; private set; } = [];

    public Task SetTunnelAsync(IReadOnlyList<TunnelPeer> peers, CancellationToken cancellationToken)
    {
        Tunnel = peers;
        return Task.CompletedTask;
    }

    /// <summary>Internal names by address.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Names { get; private set; } = new Dictionary<string, IReadOnlyList<string>>();

    public Task SetNamesAsync(IReadOnlyDictionary<string, IReadOnlyList<string>> namesByAddress, CancellationToken cancellationToken)
    {
        Names = namesByAddress;
        return Task.CompletedTask;
    }

    public Task SweepAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task RemoveAllAsync(CancellationToken cancellationToken)
    {
        foreach (var container in _containers.Values) await container.DestroyAsync(cancellationToken);
    }
}
