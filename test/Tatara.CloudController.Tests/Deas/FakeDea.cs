using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Tatara.CloudController.Tests.Support;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Testing;

namespace Tatara.CloudController.Tests.Deas;

/// <summary>Says on the bus what a DEA says, and really moves the bits, but runs nothing.</summary>
internal sealed class FakeDea : IAsyncDisposable
{
    public static readonly byte[] DropletBits = RandomNumberGenerator.GetBytes(50_000);
    public static readonly string DropletSha1 = Convert.ToHexStringLower(SHA1.HashData(DropletBits));

    private static readonly HttpClient s_http = new();

    private readonly NatsConnection _bus;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _loops = [];

    private FakeDea(string id, NatsConnection bus) => (Id, _bus) = (id, bus);

    public string Id { get; }
    public long Memory { get; set; } = 100_000;
    public bool Silent { get; set; }

    public ConcurrentQueue<DeaStartMessage> Starts { get; } = new();
    public ConcurrentQueue<DeaStopMessage> Stops { get; } = new();
    public ConcurrentQueue<DeaUpdateMessage> Updates { get; } = new();
    public ConcurrentQueue<StagingStartMessage> Stagings { get; } = new();
    public ConcurrentQueue<StagingStopMessage> StagingStops { get; } = new();

    /// <summary>What dea.find.droplet is answered with.</summary>
    public ConcurrentDictionary<string, FindDropletResponse> Instances { get; } = new();

    /// <summary>How staging ends; null: never.</summary>
    public Func<StagingStartMessage, Task<StagingReply?>> Stage { get; set; } = StageWellAsync;

    public bool AcceptsStaging { get; set; } = true;

    /// <summary>What is answered while nothing is accepted; null: nothing.</summary>
    public Func<StagingStartMessage, StagingReply>? Refusal { get; set; }

    public static async Task<FakeDea> StartAsync(NatsServer server, string id = "dea-1")
    {
        var bus = new NatsConnection(new NatsOptions { Servers = [server.Address], Json = ProtocolJson.Default.Options });
        var dea = new FakeDea(id, bus);
        await bus.ConnectAsync();
        await dea.HearAsync<DeaStartMessage>(Subjects.DeaStartInstance(id), m => Keep(dea.Starts, m.Data!));
        await dea.HearAsync<DeaStopMessage>(Subjects.DeaStop, m => Keep(dea.Stops, m.Data!));
        await dea.HearAsync<DeaUpdateMessage>(Subjects.DeaUpdate, m => Keep(dea.Updates, m.Data!));
        await dea.HearAsync<StagingStopMessage>(Subjects.StagingStop, m => Keep(dea.StagingStops, m.Data!));
        await dea.HearAsync<EmptyMessage>(Subjects.DeaLocate, _ => dea.AdvertiseAsync());
        await dea.HearAsync<EmptyMessage>(Subjects.StagingLocate, _ => dea.AdvertiseAsync());
        await dea.HearAsync<FindDropletRequest>(Subjects.DeaFindDroplet, dea.AnswerAsync);
        await dea.HearAsync<StagingStartMessage>(Subjects.StagingStart(id), dea.StageAsync);
        await dea.AdvertiseAsync();
        dea._loops.Add(dea.KeepAdvertisingAsync());
        return dea;
    }

    public async Task AdvertiseAsync()
    {
        if (Silent) return;
        await _bus.PublishAsync(Subjects.DeaAdvertise, new DeaAdvertisement(Id, ["bookworm"], Memory, 1_000_000, new Dictionary<string, int>()));
        await _bus.PublishAsync(Subjects.StagingAdvertise, new DeaAdvertisement(Id, ["bookworm"], Memory, 1_000_000));
    }

    public ValueTask PublishAsync<T>(string subject, T message) => _bus.PublishAsync(subject, message);

    public ValueTask ReplyToBuildAsync(StagingReply reply) => _bus.PublishAsync("tatara.staging.reply." + reply.TaskId, reply);

    public Task<DeaStartMessage> NextStartAsync() => NextAsync(Starts, "start message");

    public Task<DeaStopMessage> NextStopAsync() => NextAsync(Stops, "stop message");

    public Task<DeaUpdateMessage> NextUpdateAsync() => NextAsync(Updates, "update message");

    public Task<StagingStartMessage> NextStagingAsync() => NextAsync(Stagings, "staging message");

    public Task<StagingStopMessage> NextStagingStopAsync() => NextAsync(StagingStops, "staging stop message");

    public static async Task<byte[]> FetchAsync(string url) => await s_http.GetByteArrayAsync(url);

    public static async Task<HttpResponseMessage> UploadAsync(string url, byte[] bits, string sha1)
    {
        using var content = new ByteArrayContent(bits);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add("X-Tatara-Sha1", sha1);
        return await s_http.PostAsync(url, content);
    }

    public static async Task<StagingReply?> StageWellAsync(StagingStartMessage message)
    {
        await FetchAsync(message.DownloadUri);
        (await UploadAsync(message.UploadUri, DropletBits, DropletSha1)).EnsureSuccessStatusCode();
        return new StagingReply(
            message.TaskId, DetectedBuildpack: "Fake 1.0", Buildpacks: [new UsedBuildpack("https://example.org/buildpack")], DropletSha1: DropletSha1,
            ProcessTypes: new Dictionary<string, string> { ["web"] = "run-web", ["worker"] = "run-worker" });
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _bus.DisposeAsync();
    }

    private async Task KeepAdvertisingAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(500, _stop.Token);
            await AdvertiseAsync();
        }
    }

    private async Task AnswerAsync(NatsMsg<FindDropletRequest> question)
    {
        var find = question.Data!;
        foreach (var instance in Instances.Values)
            if (instance.Droplet == find.Droplet && (find.Version ?? instance.Version) == instance.Version && (find.Indices?.Contains(instance.Index) ?? true))
                await question.ReplyAsync(find.IncludeStats ? instance : instance with { Stats = null });
    }

    private async Task StageAsync(NatsMsg<StagingStartMessage> message)
    {
        Stagings.Enqueue(message.Data!);
        if (!AcceptsStaging)
        {
            if (Refusal is not null) await message.ReplyAsync(Refusal(message.Data!));
            return;
        }
        await message.ReplyAsync(new StagingReply(message.Data!.TaskId));
        if (await Stage(message.Data!) is { } reply) await message.ReplyAsync(reply);
    }

    /// <summary>Subscribed once it returns, so that whoever hears the first advertisement can be heard.</summary>
    private async Task HearAsync<T>(string subject, Func<NatsMsg<T>, Task> act)
    {
        var subscription = await _bus.SubscribeCoreAsync<T>(subject);
        _loops.Add(Task.Run(async () =>
        {
            await foreach (var message in subscription.ReadAllAsync(_stop.Token)) await act(message);
        }));
    }

    private static Task Keep<T>(ConcurrentQueue<T> queue, T message)
    {
        queue.Enqueue(message);
        return Task.CompletedTask;
    }

    private static Task<T> NextAsync<T>(ConcurrentQueue<T> queue, string what)
        where T : class =>
        Eventually.GetAsync(() => Task.FromResult(queue.TryDequeue(out var message) ? message : null), what);
}
