using Tatara.Configuration;
using Tatara.MessageBus;
using Tatara.Peers;
using Tatara.Protocol;

namespace Tatara.Up;

/// <summary>Ready is what a user sees: the API, UAA and log-cache answer through the router, and a DEA offers room.</summary>
internal static class Readiness
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task WaitAsync(PlatformOptions options, Surroundings surroundings, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        var waitingFor = "the router";
        try
        {
            using var client = PlatformHttp.CreateClient(options);
            foreach (var (name, path) in ((string, string)[])[("api", "/v3/info"), ("uaa", "/info"), ("log-cache", "/api/v1/info")])
            {
                waitingFor = $"{name}.{options.Domain} through the router";
                while (!await AnswersAsync(client, options, name, path, deadline.Token)) await Task.Delay(Pause, deadline.Token);
            }
            waitingFor = "a DEA's advertisement";
            await using var bus = new NatsConnection(surroundings.Bus(PeerRole.Operator, "readiness"));
            await using var advertisements = await bus.SubscribeCoreAsync<DeaAdvertisement>(Subjects.DeaAdvertise, cancellationToken: deadline.Token);
            await bus.PublishAsync(Subjects.DeaLocate, new { }.ToString(), cancellationToken: deadline.Token);
            await advertisements.Messages.ReadAsync(deadline.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SetupException($"The platform was not ready within {Patience.TotalSeconds:0} s: it waited for {waitingFor}.", $"Its log is {options.LogFile}.", e);
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient client, PlatformOptions options, string name, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetAsync(new Uri(options.AppUrl(name), path), cancellationToken);
            return (int)response.StatusCode is >= 200 and < 500 and not 404;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
