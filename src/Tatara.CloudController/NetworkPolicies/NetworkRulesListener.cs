using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tatara.CloudController.Hosting;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.NetworkPolicies;

/// <summary>Answers DEAs that ask what holds for their containers. Of several Cloud Controllers one answers.</summary>
internal sealed class NetworkRulesListener(NatsConnection bus, IServiceScopeFactory scopes, ILogger<NetworkRulesListener> logger) : BusListener(bus, logger)
{
    protected override Task SubscribeAsync() =>
        HearAsync<NetworkRulesRequest>(Subjects.NetworkRules, Subjects.Queues.CloudController, async (message, request, cancellationToken) =>
        {
            await using var scope = scopes.CreateAsyncScope();
            await message.ReplyAsync(await scope.ServiceProvider.GetRequiredService<NetworkRulesReader>().ReadAsync(request, cancellationToken), cancellationToken);
        });
}
