using Microsoft.Extensions.Logging;
using Tatara.Testing;

namespace Tatara.MessageBus.Tests;

/// <summary>What happens before the server is there, while it is away and after it came back.</summary>
public sealed class OutageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static NatsOptions Options(params string[] servers) => new() { Servers = servers };

    private static async Task<T> NextAsync<T>(NatsSubscription<T> subscription)
    {
        using var timeout = new CancellationTokenSource(Patience);
        return (await subscription.Messages.ReadAsync(timeout.Token)).Data!;
    }

    [Fact]
    public async Task Publish_ServerAway_ArrivesInOrderWhenItIsBack()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server.Address));
        await using var subscription = await connection.SubscribeCoreAsync<int>("a");
        await connection.ConnectAsync();
        var lost = new TaskCompletionSource();
        connection.Disconnected += lost.SetResult;
        await server.KillAsync();
        await lost.Task.WaitAsync(Patience);

        for (var i = 0; i < 100; i++) await connection.PublishAsync("a", i);
        await server.StartAgainAsync();

        for (var i = 0; i < 100; i++) (await NextAsync(subscription)).ShouldBe(i);
    }

    [Fact]
    public async Task Publish_ServerAwayAndBufferFull_WaitsAndCanBeCancelled()
    {
        await using var connection = new NatsConnection(Options($"127.0.0.1:{NatsServer.FreePort()}") with { MaxPendingBytes = 1000 });
        await connection.PublishAsync("a", new string('x', 900));
        using var cancel = new CancellationTokenSource();

        var waiting = connection.PublishAsync("a", new string('x', 900), cancellationToken: cancel.Token).AsTask();
        waiting.IsCompleted.ShouldBeFalse();
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Dispose_PublisherWaitsForRoom_ItFails()
    {
        var connection = new NatsConnection(Options($"127.0.0.1:{NatsServer.FreePort()}") with { MaxPendingBytes = 1000 });
        await connection.PublishAsync("a", new string('x', 900));
        var waiting = connection.PublishAsync("a", new string('x', 900)).AsTask();
        var connecting = connection.ConnectAsync();

        await connection.DisposeAsync();

        await Should.ThrowAsync<ObjectDisposedException>(() => waiting.WaitAsync(Patience));
        await Should.ThrowAsync<ObjectDisposedException>(() => connecting.WaitAsync(Patience));
    }

    [Fact]
    public async Task Request_ServerAwayAndBufferFull_EndsInTime()
    {
        await using var connection = new NatsConnection(Options($"127.0.0.1:{NatsServer.FreePort()}") with { MaxPendingBytes = 1000 });
        await connection.PublishAsync("a", new string('x', 900));

        var asking = connection.RequestAsync<string, string>("a", new string('x', 900), TimeSpan.FromMilliseconds(100)).AsTask();

        await Should.ThrowAsync<NatsNoReplyException>(() => asking.WaitAsync(Patience));
    }

    [Fact]
    public async Task Subscribe_ServerAway_IsKnownToItOnceItIsBack()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server.Address));
        await connection.ConnectAsync();
        var lost = new TaskCompletionSource();
        connection.Disconnected += lost.SetResult;
        await server.KillAsync();
        await lost.Task.WaitAsync(Patience);
        await using var lasting = await connection.SubscribeCoreAsync<string>("lasting");
        await (await connection.SubscribeCoreAsync<string>("ended")).DisposeAsync();

        await server.StartAgainAsync();
        await connection.PublishAsync("lasting", "heard");

        (await NextAsync(lasting)).ShouldBe("heard");
        await Should.ThrowAsync<NatsNoRespondersException>(async () => await connection.RequestAsync<string, string>("ended", "anyone?"));
    }

    [Fact]
    public async Task Connect_FirstServerAway_UsesTheNext()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options($"127.0.0.1:{NatsServer.FreePort()}", "nats://" + server.Address));

        await connection.ConnectAsync().WaitAsync(Patience);

        connection.IsConnected.ShouldBeTrue();
    }

    [Fact]
    public async Task Connect_ServerAway_CanBeCancelled()
    {
        await using var connection = new NatsConnection(Options($"127.0.0.1:{NatsServer.FreePort()}"));
        using var cancel = new CancellationTokenSource(100);

        await Should.ThrowAsync<OperationCanceledException>(() => connection.ConnectAsync(cancel.Token).WaitAsync(Patience));
    }

    [Fact]
    public async Task Connect_WrongPassword_IsLoggedOnceAndTriedUntilItIsRight()
    {
        await using var wrong = await NatsServer.StartAsync("tatara", "other");
        var log = new ListLogger<NatsConnection>();
        await using var right = await NatsServer.StartAsync("tatara", "s3cret");
        await using var connection = new NatsConnection(
            new NatsOptions { Servers = [wrong.Address, wrong.Address, wrong.Address, right.Address], User = "tatara", Password = "s3cret" }, log);

        await connection.ConnectAsync().WaitAsync(Patience);

        var refusals = log.Entries.Where(e => e.Text.Contains("Authorization Violation", StringComparison.Ordinal)).ToList();
        refusals.Count.ShouldBe(1);
        refusals[0].Level.ShouldBe(LogLevel.Warning);
        refusals[0].Text.ShouldContain("refuses user 'tatara'");
        log.Contains("s3cret").ShouldBeFalse();
    }

    [Fact]
    public async Task Handlers_Throw_ConnectionAndOtherHandlersGoOn()
    {
        await using var server = await NatsServer.StartAsync();
        var log = new ListLogger<NatsConnection>();
        await using var connection = new NatsConnection(Options(server.Address), log);
        var calls = 0;
        connection.Connected += () => throw new InvalidOperationException("handler");
        connection.Connected += () => Interlocked.Increment(ref calls);
        connection.Disconnected += () => throw new InvalidOperationException("handler");
        await using var subscription = await connection.SubscribeCoreAsync<int>("a");

        await connection.ConnectAsync().WaitAsync(Patience);
        await server.KillAsync();
        await server.StartAgainAsync();
        while (calls < 2) await Task.Delay(10).WaitAsync(Patience);
        await connection.PublishAsync("a", 1);

        (await NextAsync(subscription)).ShouldBe(1);
        log.Entries.Count(e => e.Level == LogLevel.Error).ShouldBe(3);
    }

    [Fact]
    public async Task Connected_HandlerComesLate_IsToldAtOnceAndOfEveryConnectionAfterwards()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server.Address));
        var (early, late, removed) = (0, 0, 0);
        void Remove() => Interlocked.Increment(ref removed);
        connection.Connected += () => Interlocked.Increment(ref early);
        await connection.ConnectAsync().WaitAsync(Patience);
        while (early < 1) await Task.Delay(10).WaitAsync(Patience);

        connection.Connected += () => Interlocked.Increment(ref late);
        connection.Connected += Remove;
        (early, late, removed).ShouldBe((1, 1, 1));

        connection.Connected -= Remove;
        await server.KillAsync();
        await server.StartAgainAsync();
        while (early < 2 || late < 2) await Task.Delay(10).WaitAsync(Patience);
        (early, late, removed).ShouldBe((2, 2, 1));
    }

    [Fact]
    public async Task Ping_ConnectionLost_Fails()
    {
        await using var server = new MisbehavingServer(async peer =>
        {
            await peer.ShakeHandsAsync();
            await peer.ReadLineAsync();
        });
        await using var connection = new NatsConnection(Options(server.Address));

        await Should.ThrowAsync<NatsException>(() => connection.PingAsync().AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task Connection_ManyRestarts_SurvivesAll()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server.Address));
        await using var subscription = await connection.SubscribeCoreAsync<int>("a");
        var publishing = new CancellationTokenSource();
        var publisher = Task.Run(async () =>
        {
            for (var i = 0; !publishing.IsCancellationRequested; i++)
            {
                await connection.PublishAsync("a", i);
                if (i % 100 == 0) await Task.Delay(1);
            }
        });

        for (var i = 0; i < 5; i++)
        {
            await server.KillAsync();
            await server.StartAgainAsync();
            while (!connection.IsConnected) await Task.Delay(10).WaitAsync(Patience);
            while (subscription.Messages.TryRead(out _))
            {
            }
            await NextAsync(subscription);
        }
        await publishing.CancelAsync();
        await publisher;
    }
}
