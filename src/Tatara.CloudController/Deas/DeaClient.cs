using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.Deas;

/// <summary>What Cloud Controller says to DEAs. Nothing here waits for an answer but <see cref="FindAsync"/>.</summary>
internal sealed class DeaClient(NatsConnection bus)
{
    public ValueTask StartAsync(string deaId, DeaStartMessage message, CancellationToken cancellationToken) =>
        bus.PublishAsync(Subjects.DeaStartInstance(deaId), message, cancellationToken: cancellationToken);

    public ValueTask StopAsync(DeaStopMessage message, CancellationToken cancellationToken) =>
        bus.PublishAsync(Subjects.DeaStop, message, cancellationToken: cancellationToken);

    public ValueTask UpdateAsync(DeaUpdateMessage message, CancellationToken cancellationToken) =>
        bus.PublishAsync(Subjects.DeaUpdate, message, cancellationToken: cancellationToken);

    /// <summary>
    /// Asks every DEA for instances. Done as soon as each of the expected indices was answered for, so the bound is
    /// waited for only when one is missing.
    /// </summary>
    public async Task<IReadOnlyList<FindDropletResponse>> FindAsync(
        FindDropletRequest question, int expectedIndices, TimeSpan bound, CancellationToken cancellationToken)
    {
        var found = new List<FindDropletResponse>();
        if (expectedIndices == 0) return found;
        var missing = new HashSet<int>(Enumerable.Range(0, expectedIndices));
        var answers = bus.RequestManyAsync<FindDropletRequest, FindDropletResponse>(Subjects.DeaFindDroplet, question, bound, cancellationToken);
        await foreach (var answer in answers)
        {
            if (answer.Error is NatsNoRespondersException) break;
            if (answer.Data is not { } instance || instance.Droplet != question.Droplet) continue;
            found.Add(instance);
            missing.Remove(instance.Index);
            if (missing.Count == 0) break;
        }
        return found;
    }
}
