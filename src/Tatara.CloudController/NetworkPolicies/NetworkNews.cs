using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.NetworkPolicies;

/// <summary>Tells the DEAs that the rules of the network changed. They ask now and then anyway, should this be lost.</summary>
internal sealed class NetworkNews(NatsConnection bus)
{
    public async Task ChangedAsync(CancellationToken cancellationToken) =>
        await bus.PublishAsync(Subjects.NetworkChanged, new EmptyMessage(), cancellationToken: cancellationToken);
}
