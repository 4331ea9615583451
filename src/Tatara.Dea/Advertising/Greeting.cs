using Tatara.Dea.Instances;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Dea.Advertising;

/// <summary>What a DEA says of itself: dea.start, dea.shutdown, dea.status.</summary>
internal sealed class Greeting(DeaOptions options, NatsConnection bus, Capacity capacity, InstanceTable table)
{
    private static readonly string Version = typeof(Greeting).Assembly.GetName().Version?.ToString(3) ?? "0";
    private const long Megabyte = 1024 * 1024;

    public ValueTask HelloAsync() => bus.PublishAsync(Subjects.DeaStart, new DeaHello(options.Id, options.HostAddress, Version));

    /// <summary>Only when its instances end with it: Cloud Controller places them elsewhere at once.</summary>
    public ValueTask FarewellAsync() => bus.PublishAsync(Subjects.DeaShutdown, new DeaHello(options.Id, options.HostAddress, Version, capacity.InstancesByApp()));

    public async Task AnswerStatusAsync<T>(NatsMsg<T> question)
    {
        long used = 0;
        foreach (var container in table.All.Select(i => i.Container).Where(c => c is not null))
        {
            try
            {
                used += (await container!.StatsAsync(CancellationToken.None)).MemoryBytes;
            }
            catch (Containers.ContainerException)
            {
                // It ended just now and uses nothing.
            }
        }
        await question.ReplyAsync(new DeaStatus(options.Id, options.HostAddress, Version, capacity.MaxMemory, capacity.ReservedMemory, used / Megabyte));
    }
}
