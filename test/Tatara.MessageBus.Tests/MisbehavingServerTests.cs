using System.Collections.Concurrent;
using System.Diagnostics;
using Peer = Tatara.MessageBus.Tests.MisbehavingServer.Peer;

namespace Tatara.MessageBus.Tests;

/// <summary>Whatever a server does, the connection is tried again, and works once the server does.</summary>
public sealed class MisbehavingServerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static NatsOptions Options(MisbehavingServer server) => new()
    {
        Servers = [server.Address],
        ConnectTimeout = TimeSpan.FromMilliseconds(300),
        PingInterval = TimeSpan.FromMilliseconds(100),
        ReconnectWait = TimeSpan.FromMilliseconds(10),
        ReconnectWaitMax = TimeSpan.FromMilliseconds(50),
    };

    /// <summary>For tests where a slow machine must not look like a dead one.</summary>
    private static NatsOptions PatientOptions(MisbehavingServer server) => Options(server) with { ConnectTimeout = Patience, PingInterval = Patience };

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("INFO not json\r\n")]
    [InlineData("INFO null\r\n")]
    [InlineData("""INFO {"tls_required":true}""" + "\r\n")]
    [InlineData("""INFO {"max_payload":"big"}""" + "\r\n")]
    [InlineData(MisbehavingServer.Info)]
    [InlineData(MisbehavingServer.Info + "-ERR 'Authorization Violation'\r\n")]
    [InlineData(MisbehavingServer.Info + "MSG a 1 2\r\nhi\r\n")]
    public async Task Handshake_GoesWrong_IsTriedAgain(string sent)
    {
        await using var server = new MisbehavingServer(
            async peer =>
            {
                await peer.SendAsync(sent);
                await peer.HangAsync();
            },
            MisbehavingServer.BehaveAsync);
        await using var connection = new NatsConnection(Options(server));

        await connection.ConnectAsync().WaitAsync(Patience);

        server.Connections.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task Handshake_ServerRefusesForGood_IsTriedMoreAndMoreSeldom()
    {
        var tries = new ConcurrentQueue<long>();
        await using var server = new MisbehavingServer(async peer =>
        {
            tries.Enqueue(Stopwatch.GetTimestamp());
            await peer.SendAsync(MisbehavingServer.Info);
            await peer.ReadLineAsync(); // CONNECT
            await peer.SendAsync("-ERR 'Authorization Violation'\r\n");
            await peer.HangAsync();
        });
        await using var connection = new NatsConnection(PatientOptions(server) with { RefusedWaitMax = TimeSpan.FromSeconds(1) });
        _ = connection.ConnectAsync();

        for (var waited = Stopwatch.StartNew(); tries.Count < 9; await Task.Delay(10)) waited.Elapsed.ShouldBeLessThan(2 * Patience);

        // 10 ms, doubled eight times and a quarter less; who is away would be dialled after 50.
        Stopwatch.GetElapsedTime(tries.ElementAt(7), tries.ElementAt(8)).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public async Task Handshake_LineNeverEnds_IsTriedAgain()
    {
        await using var server = new MisbehavingServer(peer => SendForEverAsync(peer, new string('x', 10_000)), MisbehavingServer.BehaveAsync);
        await using var connection = new NatsConnection(Options(server));

        await connection.ConnectAsync().WaitAsync(Patience);

        server.Connections.ShouldBeGreaterThan(1);
    }

    [Theory]
    [InlineData("garbage\r\n")]
    [InlineData("MSG\r\n")]
    [InlineData("MSG a\r\n")]
    [InlineData("MSG a SID\r\n")]
    [InlineData("MSG a SID 2 3 4 5 6 7 8\r\n")]
    [InlineData("MSG a one 2\r\nhi\r\n")]
    [InlineData("MSG a SID -1\r\n\r\n")]
    [InlineData("MSG a SID 2x\r\nhi\r\n")]
    [InlineData("MSG a SID 99999999999999999999\r\n")]
    [InlineData("MSG a SID 2147483647\r\n")]
    [InlineData("MSG a SID 67108865\r\n")]
    [InlineData("MSG a SID 1\r\nhi\r\n")]
    [InlineData("HMSG a SID 5 2\r\nhi\r\n")]
    [InlineData("HMSG a SID -1 2\r\nhi\r\n")]
    [InlineData("-ERR 'Slow Consumer'\r\n")]
    [InlineData("\0\0\0\0\n")]
    public async Task Session_ServerSendsNonsense_IsTriedAgainAndStillSubscribed(string sent)
    {
        await using var server = new MisbehavingServer(
            async peer =>
            {
                await peer.ShakeHandsAsync();
                await peer.SendAsync(sent.Replace("SID", await peer.ReadSubscriptionAsync(), StringComparison.Ordinal));
                await peer.HangAsync();
            },
            DeliverOneAsync);
        await using var connection = new NatsConnection(PatientOptions(server));
        await using var subscription = await connection.SubscribeCoreAsync<int>("a");

        await DeliveredAsync(subscription);

        server.Connections.ShouldBe(2);
    }

    [Theory]
    [InlineData("MSG a SID 2")]
    [InlineData("MSG a SID 2\r\n")]
    [InlineData("MSG a SID 20\r\nhi")]
    [InlineData("HMSG a SID 12 14\r\nNATS/1.0")]
    public async Task Session_ClosedMidFrame_IsTriedAgainAndDeliversNothingOfIt(string sent)
    {
        await using var server = new MisbehavingServer(
            async peer =>
            {
                await peer.ShakeHandsAsync();
                await peer.SendAsync(sent.Replace("SID", await peer.ReadSubscriptionAsync(), StringComparison.Ordinal));
            },
            DeliverOneAsync);
        await using var connection = new NatsConnection(PatientOptions(server));
        await using var subscription = await connection.SubscribeCoreAsync<int>("a");

        await DeliveredAsync(subscription);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("MSG ")]
    public async Task Session_LineNeverEnds_IsCutOffBeforeMemoryIs(string piece)
    {
        await using var server = new MisbehavingServer(
            async peer =>
            {
                await peer.ShakeHandsAsync();
                await SendForEverAsync(peer, string.Concat(Enumerable.Repeat(piece, 2_000)));
            },
            MisbehavingServer.BehaveAsync);
        await using var connection = new NatsConnection(Options(server));
        var before = GC.GetTotalAllocatedBytes();

        await connection.ConnectAsync().WaitAsync(Patience);
        await EventuallyAsync(() => server.Connections >= 2);

        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(20_000_000);
    }

    [Fact]
    public async Task Session_PingsUnanswered_IsGivenUp()
    {
        await using var server = new MisbehavingServer(
            async peer =>
            {
                await peer.ShakeHandsAsync();
                await peer.HangAsync();
            },
            MisbehavingServer.BehaveAsync);
        await using var connection = new NatsConnection(Options(server));
        var losses = 0;
        connection.Disconnected += () => Interlocked.Increment(ref losses);

        await connection.ConnectAsync().WaitAsync(Patience);
        await EventuallyAsync(() => server.Connections > 1 && connection.IsConnected);

        losses.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Session_ServerNeverReads_IsGivenUpAndPublishersAreNotBlockedForEver()
    {
        await using var server = new MisbehavingServer(
            async peer =>
            {
                await peer.ShakeHandsAsync();
                await peer.HangAsync();
            },
            MisbehavingServer.BehaveAsync);
        await using var connection = new NatsConnection(Options(server) with { MaxPendingBytes = 1_000_000 });
        await connection.ConnectAsync().WaitAsync(Patience);
        var body = new string('x', 500_000);

        for (var i = 0; i < 40; i++) await connection.PublishAsync("a", body).AsTask().WaitAsync(Patience);

        server.Connections.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task Session_MessageForUnknownSubscription_IsPassedOver()
    {
        await using var server = new MisbehavingServer(async peer =>
        {
            await peer.ShakeHandsAsync();
            var id = await peer.ReadSubscriptionAsync();
            await peer.SendAsync($"MSG a 999 2\r\nhi\r\nMSG a {id} 1\r\n7\r\n");
            await peer.HangAsync();
        });
        await using var connection = new NatsConnection(PatientOptions(server));
        await using var subscription = await connection.SubscribeCoreAsync<int>("a");

        await DeliveredAsync(subscription);

        server.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task Session_BytesComeOneByOne_MessageArrives()
    {
        await using var server = new MisbehavingServer(async peer =>
        {
            await peer.ShakeHandsAsync();
            var id = await peer.ReadSubscriptionAsync();
            foreach (var c in $"PING\r\nHMSG a {id} 12 13\r\nNATS/1.0\r\n\r\n7\r\n")
            {
                await peer.SendAsync(c.ToString());
                await Task.Delay(2);
            }
            await peer.HangAsync();
        });
        await using var connection = new NatsConnection(PatientOptions(server));
        await using var subscription = await connection.SubscribeCoreAsync<int>("a");

        await DeliveredAsync(subscription);

        server.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task Session_ServerThrowsEveryoneOut_IsNotDialledWithoutPause()
    {
        await using var server = new MisbehavingServer(peer => peer.ShakeHandsAsync());
        await using var connection = new NatsConnection(Options(server) with { ReconnectWaitMax = TimeSpan.FromMilliseconds(400) });
        var clock = Stopwatch.StartNew();

        await connection.ConnectAsync().WaitAsync(Patience);
        await EventuallyAsync(() => clock.Elapsed > TimeSpan.FromSeconds(2));

        server.Connections.ShouldBeLessThan(16);
    }

    private static async Task DeliverOneAsync(Peer peer)
    {
        await peer.ShakeHandsAsync();
        var id = await peer.ReadSubscriptionAsync();
        await peer.SendAsync($"MSG a {id} 1\r\n7\r\n");
        await peer.HangAsync();
    }

    private static async Task DeliveredAsync(NatsSubscription<int> subscription)
    {
        using var timeout = new CancellationTokenSource(Patience);
        (await subscription.Messages.ReadAsync(timeout.Token)).Data.ShouldBe(7);
    }

    private static async Task SendForEverAsync(Peer peer, string text)
    {
        while (true) await peer.SendAsync(text);
    }

    private static async Task EventuallyAsync(Func<bool> holds)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (!holds()) await Task.Delay(10, timeout.Token);
    }
}
