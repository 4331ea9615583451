using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tatara.CloudController.Apps;
using Tatara.CloudController.Data;

namespace Tatara.CloudController.Tests.Support;

/// <summary>Stands where DEAs would be reached and writes down what they would be told.</summary>
internal sealed class InstanceRecorder : IInstanceControl
{
    private readonly ConcurrentQueue<string> _calls = new();

    public IReadOnlyList<string> Calls => [.. _calls];

    public static void Use(IServiceCollection services)
    {
        var recorder = new InstanceRecorder();
        services.Replace(ServiceDescriptor.Singleton<IInstanceControl>(recorder));
        services.AddSingleton(recorder);
    }

    public void Clear() => _calls.Clear();

    public Task DesiredStateChangedAsync(string processGuid, CancellationToken cancellationToken) => Note($"desired {processGuid}");

    public Task StopAsync(string appGuid, IReadOnlyList<string> processGuids, CancellationToken cancellationToken) => Note($"stop {appGuid} {string.Join(' ', processGuids)}");

    public Task StopInstanceAsync(Process process, int index, CancellationToken cancellationToken) => Note($"stop-instance {process.Guid} {index}");

    public Task RoutesChangedAsync(string appGuid, CancellationToken cancellationToken) => Note($"routes {appGuid}");

    public Task DeleteBitsAsync(string appGuid, CancellationToken cancellationToken) => Note($"bits {appGuid}");

    private Task Note(string call)
    {
        _calls.Enqueue(call);
        return Task.CompletedTask;
    }
}
