using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Fakes;

/// <summary>Says what holds for the network.</summary>
internal sealed class FakeCloudController : IAsyncDisposable
{
    private NatsSubscription<NetworkRulesRequest> _questions = null!;

    public required NetworkRules Rules { get; set; }

    public NetworkRulesRequest? Asked { get; private set; }

    public static async Task<FakeCloudController> StartAsync(NatsConnection bus, NetworkRules rules)
    {
        var cc = new FakeCloudController { Rules = rules, _questions = await bus.SubscribeCoreAsync<NetworkRulesRequest>(Subjects.NetworkRules) };
        _ = Task.Run(async () =>
        {
            await foreach (var question in cc._questions.ReadAllAsync())
            {
                cc.Asked = question.Data;
                await question.ReplyAsync(cc.Rules);
            }
        });
        return cc;
    }

    public ValueTask DisposeAsync() => _questions.DisposeAsync();
}
