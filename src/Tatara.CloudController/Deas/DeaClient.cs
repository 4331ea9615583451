using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.CloudController.Deas;

/// <summary>What Cloud Controller says to DEAs. Nothing waits for an answer but <see cref="FindAsync"/>.</summary>
internal sealed class DeaClient(NatsConnection bus)
{
    /// <summary>How long a missing instance is waited for. One that is there answers within milliseconds, or 0.2 s when it has to measure first.</summary>
    public static readonly TimeSpan FindBound = TimeSpan.FromSeconds(1);

    public ValueTask StartAsync(string deaId, DeaStartMessage message, CancellationToken cancellationToken) =>
        bus.PublishAsync(Subjects.DeaStartInstance(deaId), message, cancellationToken: cancellationToken);

    public ValueTask StopAsync(DeaStopMessage message, CancellationToken cancellationToken) =>
        bus.PublishAsync(Subjects.DeaStop, message, cancellationToken: cancellationToken);

    public ValueTask UpdateAsync(DeaUpdateMessage message, CancellationToken cancellationToken) =>
        bus.PublishAsync(Subjects.DeaUpdate, message, cancellationToken: cancellationToken);

    /// <summary>Asks DEAs to advertise now.</summary>
    public ValueTask LocateAsync(CancellationToken cancellationToken) =>
        bus.PublishAsync(Subjects.DeaLocate, new EmptyMessage(), cancellationToken: cancellationToken);

    /// <summary>Asks stagers to advertise now.</summary>
    public ValueTask LocateStagersAsync(CancellationToken cancellationToken) =>
        bus.PublishAsync(Subjects.StagingLocate, new EmptyMessage(), cancellationToken: cancellationToken);

    /// <summary>
    /// Asks every DEA for instances. Done as soon as each of the expected indices was answered for by a live one, so the
    /// bound is waited for only when one is missing. A crashed one may have a successor whose answer is still under way.
    /// </summary>
    public async Task<IReadOnlyList<FindDropletResponse>> FindAsync(
        FindDropletRequest question, IEnumerable<int> expected, TimeSpan bound, CancellationToken cancellationToken)
    {
        var found = new List<FindDropletResponse>();
        var missing = expected.ToHashSet();
        if (missing.Count == 0) return found;
        var answers = bus.RequestManyAsync<FindDropletRequest, FindDropletResponse>(Subjects.DeaFindDroplet, question, bound, cancellationToken);
        await foreach (var answer in answers)
        {
            if (answer.Error is NatsNoRespondersException) break;
            if (answer.Data is not { } instance || instance.Droplet != question.Droplet) continue;
            found.Add(instance);
            if (instance.State != InstanceStates.Crashed) missing.Remove(instance.Index);
            if (missing.Count == 0) break;
        }
        return found;
    }
}
