using System.Collections.Concurrent;
using System.Diagnostics;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Fakes;

/// <summary>Everyone else on the bus: hears all a DEA says and keeps its log lines as log-cache does.</summary>
internal sealed class Bus : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, SortedDictionary<long, LogEntry>> _logs = new();
    private readonly ConcurrentQueue<(string Subject, object Data)> _heard = new();
    private readonly CancellationTokenSource _stop = new();

    public required NatsConnection Connection { get; init; }

    public IEnumerable<LogEntry> Logs => [.. _logs.Values.SelectMany(s => { lock (s) return s.Values.ToList(); })];

    public static async Task<Bus> ListenAsync(string server)
    {
        var bus = new Bus { Connection = new NatsConnection(new NatsOptions { Servers = [server], Json = ProtocolJson.Default.Options }) };
        await bus.HearAsync<RouterRegistration>(Subjects.RouterRegister);
        await bus.HearAsync<RouterRegistration>(Subjects.RouterUnregister);
        await bus.HearAsync<DropletExited>(Subjects.DropletExited);
        await bus.HearAsync<DeaHeartbeat>(Subjects.DeaHeartbeat);
        await bus.HearAsync<DeaAdvertisement>(Subjects.DeaAdvertise);
        await bus.HearAsync<DeaAdvertisement>(Subjects.StagingAdvertise);
        await bus.HearAsync<DeaHello>(Subjects.DeaStart);
        await bus.HearAsync<DeaHello>(Subjects.DeaShutdown);
        await bus.HearLogsAsync();
        await bus.Connection.ConnectAsync();
        return bus;
    }

    public List<T> Heard<T>(string subject) => [.. _heard.Where(h => h.Subject == subject).Select(h => (T)h.Data)];

    public void Forget() => _heard.Clear();

    /// <summary>The first such message, come or yet to come.</summary>
    public async Task<T> WaitForAsync<T>(string subject, Func<T, bool> wanted, int seconds = 10)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            foreach (var data in Heard<T>(subject)) if (wanted(data)) return data;
            if (patience.Elapsed.TotalSeconds > seconds) throw new TimeoutException($"No such message on {subject} within {seconds} s.");
            await Task.Delay(5);
        }
    }

    public static Task UntilAsync(Func<bool> condition, string what, int seconds = 10) => UntilAsync(() => Task.FromResult(condition()), what, seconds);

    public static async Task UntilAsync(Func<Task<bool>> condition, string what, int seconds = 10)
    {
        var patience = Stopwatch.StartNew();
        while (!await condition())
        {
            if (patience.Elapsed.TotalSeconds > seconds) throw new TimeoutException($"Not within {seconds} s: {what}");
            await Task.Delay(5);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Connection.DisposeAsync();
    }

    private async Task HearAsync<T>(string subject) where T : class
    {
        var subscription = await Connection.SubscribeCoreAsync<T>(subject);
        _ = Task.Run(async () =>
        {
            await foreach (var message in subscription.ReadAllAsync(_stop.Token)) _heard.Enqueue((subject, message.Data!));
        });
    }

    private async Task HearLogsAsync()
    {
        var subscription = await Connection.SubscribeCoreAsync<LogBatch>(Subjects.Logs);
        _ = Task.Run(async () =>
        {
            await foreach (var message in subscription.ReadAllAsync(_stop.Token))
            {
                var batch = message.Data!;
                var lines = _logs.GetOrAdd(batch.Stream, _ => []);
                lock (lines)
                    for (var i = 0; i < batch.Entries.Count; i++) lines.TryAdd(batch.FirstSequence + i, batch.Entries[i]);
                await message.ReplyAsync(new LogBatchAck(batch.Stream, batch.FirstSequence + batch.Entries.Count));
            }
        });
    }
}
