using System.Text.Json;
using Tatara.Testing;

namespace Tatara.MessageBus.Tests;

public sealed class NatsConnectionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static NatsOptions Options(NatsServer server) => new() { Servers = [server.Address] };

    private static async Task<NatsMsg<T>> NextAsync<T>(NatsSubscription<T> subscription)
    {
        using var timeout = new CancellationTokenSource(Patience);
        return await subscription.Messages.ReadAsync(timeout.Token);
    }

    [Fact]
    public async Task SubscribeAsync_Published_MessageArrives()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        await using var subscription = await connection.SubscribeCoreAsync<Dictionary<string, int>>("a.b");

        await connection.PublishAsync("a.b", new Dictionary<string, int> { ["x"] = 1 });

        (await NextAsync(subscription)).Data!["x"].ShouldBe(1);
    }

    [Fact]
    public async Task SubscribeAsync_EnumerationEnds_ServerIsTold()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        await using var other = new NatsConnection(Options(server));
        var reading = Task.Run(async () =>
        {
            await foreach (var message in connection.SubscribeAsync<string>("a")) return message.Data;
            return null;
        });
        while (!reading.IsCompleted)
        {
            await other.PublishAsync("a", "x");
            await Task.Delay(10);
        }

        await connection.PingAsync();

        await Should.ThrowAsync<NatsNoRespondersException>(async () => await other.RequestAsync<string, string>("a", "anyone?"));
        (await reading).ShouldBe("x");
    }

    [Fact]
    public async Task SubscribeAsync_Cancelled_EnumerationEndsAndServerIsTold()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        using var cancel = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            await foreach (var _ in connection.SubscribeAsync<string>("a", cancellationToken: cancel.Token))
            {
            }
        });
        await connection.PingAsync();

        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => reading.WaitAsync(Patience));
        await Should.ThrowAsync<NatsNoRespondersException>(async () => await connection.RequestAsync<string, string>("a", "anyone?"));
    }

    [Fact]
    public async Task Subscribe_QueueGroup_EachMessageGoesToOne()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        await using var first = await connection.SubscribeCoreAsync<int>("a", "group");
        await using var second = await connection.SubscribeCoreAsync<int>("a", "group");

        for (var i = 0; i < 100; i++) await connection.PublishAsync("a", i);
        await connection.PingAsync();

        (first.Messages.Count + second.Messages.Count).ShouldBe(100);
    }

    [Fact]
    public async Task Subscribe_Wildcard_SubjectIsTheMessages()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        await using var subscription = await connection.SubscribeCoreAsync<int>("dea.*.start");

        await connection.PublishAsync("dea.7.start", 1);

        (await NextAsync(subscription)).Subject.ShouldBe("dea.7.start");
    }

    [Fact]
    public async Task Publish_ManyAtOnce_AllArriveAndEachPublishersInOrder()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        await using var subscription = await connection.SubscribeCoreAsync<int[]>("a");

        await Task.WhenAll(Enumerable.Range(0, 4).Select(who => Task.Run(async () =>
        {
            for (var i = 0; i < 5_000; i++) await connection.PublishAsync("a", new[] { who, i });
        })));
        await connection.PingAsync();

        var next = new int[4];
        while (subscription.Messages.TryRead(out var message)) message.Data![1].ShouldBe(next[message.Data[0]]++);
        next.ShouldBe([5_000, 5_000, 5_000, 5_000]);
    }

    [Fact]
    public async Task Publish_MessageOfAMegabyte_ArrivesWhole()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        await using var subscription = await connection.SubscribeCoreAsync<string>("a");
        var body = new string('x', 1024 * 1024 - 2);

        await connection.PublishAsync("a", body);

        (await NextAsync(subscription)).Data.ShouldBe(body);
    }

    [Fact]
    public async Task Publish_LargerThanTheServerTakes_FailsAndConnectionStays()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        await connection.ConnectAsync();

        await Should.ThrowAsync<NatsException>(async () => await connection.PublishAsync("a", new string('x', 1024 * 1024)));

        await connection.PingAsync().AsTask().WaitAsync(Patience);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\r\nPUB b 0\r\n")]
    [InlineData("a\u007f")]
    public async Task Subject_NotOne_IsRefused(string subject)
    {
        await using var connection = new NatsConnection(new NatsOptions { Servers = ["127.0.0.1:1"] });

        await Should.ThrowAsync<ArgumentException>(async () => await connection.PublishAsync(subject, 1));
        await Should.ThrowAsync<ArgumentException>(async () => await connection.PublishAsync("a", 1, replyTo: subject));
        await Should.ThrowAsync<ArgumentException>(async () => await connection.SubscribeCoreAsync<int>(subject));
        await Should.ThrowAsync<ArgumentException>(async () => await connection.SubscribeCoreAsync<int>("a", subject));
    }

    [Theory]
    [InlineData("")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:x")]
    [InlineData("http://host:1")]
    [InlineData("user@host:1")]
    public void Servers_NoAddress_IsRefused(string server) =>
        Should.Throw<ArgumentException>(() => new NatsConnection(new NatsOptions { Servers = [server] }));

    [Theory]
    [InlineData("host", "host", 4222)]
    [InlineData("host:1", "host", 1)]
    [InlineData("nats://host:1", "host", 1)]
    [InlineData("[::1]:1", "::1", 1)]
    [InlineData("[::1]", "::1", 4222)]
    public void ServerAddress_Forms_AreRead(string text, string host, int port) => ServerAddress.Parse(text).ShouldBe(new ServerAddress(host, port));

    [Fact]
    public async Task Subscription_SlowReader_OldestAreDroppedAndCounted()
    {
        await using var server = await NatsServer.StartAsync();
        var log = new ListLogger<NatsConnection>();
        await using var connection = new NatsConnection(Options(server) with { SubscriptionCapacity = 10 }, log);
        await using var slow = await connection.SubscribeCoreAsync<int>("a");

        for (var i = 0; i < 100; i++) await connection.PublishAsync("a", i);
        await connection.PingAsync();

        slow.Dropped.ShouldBe(90);
        (await NextAsync(slow)).Data.ShouldBe(90);
        log.Entries.Count(e => e.Text.Contains("dropped", StringComparison.Ordinal)).ShouldBe(7);
    }

    [Theory]
    [InlineData("not a number")]
    [InlineData(1.5)]
    public async Task Subscription_BodyIsOfAnotherShape_CarriesTheError(object body)
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        await using var subscription = await connection.SubscribeCoreAsync<int>("numbers");

        await connection.PublishAsync("numbers", body);
        await connection.PublishAsync("numbers", 5);

        (await NextAsync(subscription)).Error.ShouldBeOfType<JsonException>();
        (await NextAsync(subscription)).Data.ShouldBe(5);
    }

    [Fact]
    public async Task Subscription_ConstructorThrows_CarriesTheError()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        await using var subscription = await connection.SubscribeCoreAsync<Picky>("a");

        await connection.PublishAsync("a", new { });

        (await NextAsync(subscription)).Error.ShouldNotBeNull();
        await connection.PingAsync().AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task Receive_ManyMessages_SubjectIsNotAllocatedAnew()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        await using var subscription = await connection.SubscribeCoreAsync<int>("a.rather.long.subject.that.would.be.seen");
        await connection.PublishAsync(subscription.Subject, 1);

        (await NextAsync(subscription)).Subject.ShouldBeSameAs(subscription.Subject);
    }

    [Fact]
    public async Task Permissions_Violated_IsLoggedAndConnectionStays()
    {
        await using var server = await NatsServer.StartWithConfigAsync(
            """authorization { users = [ { user: a, password: b, permissions: { publish: "allowed", subscribe: "allowed" } } ] }""");
        var log = new ListLogger<NatsConnection>();
        await using var connection = new NatsConnection(Options(server) with { User = "a", Password = "b" }, log);
        await using var subscription = await connection.SubscribeCoreAsync<int>("allowed");

        await connection.PublishAsync("forbidden", 1);
        await using var refused = await connection.SubscribeCoreAsync<int>("forbidden");
        await connection.PublishAsync("allowed", 2);

        (await NextAsync(subscription)).Data.ShouldBe(2);
        log.Entries.Count(e => e.Text.Contains("Permissions Violation", StringComparison.OrdinalIgnoreCase)).ShouldBe(2);
    }

    [Fact]
    public async Task Dispose_JustPublished_AllIsDelivered()
    {
        await using var server = await NatsServer.StartAsync();
        await using var listener = new NatsConnection(Options(server));
        await using var subscription = await listener.SubscribeCoreAsync<int[]>("a");
        await listener.PingAsync();
        var connection = new NatsConnection(Options(server));
        await connection.ConnectAsync();

        for (var i = 0; i < 1_000; i++) await connection.PublishAsync("a", new int[1_000]);
        await connection.DisposeAsync();
        await listener.PingAsync();

        subscription.Messages.Count.ShouldBe(1_000);
    }

    [Fact]
    public async Task Dispose_Done_EverythingElseSaysSo()
    {
        await using var server = await NatsServer.StartAsync();
        var connection = new NatsConnection(Options(server));
        var subscription = await connection.SubscribeCoreAsync<int>("a");
        await connection.ConnectAsync();

        await Task.WhenAll(connection.DisposeAsync().AsTask(), connection.DisposeAsync().AsTask());
        await connection.DisposeAsync();

        connection.IsConnected.ShouldBeFalse();
        await subscription.Messages.Completion.WaitAsync(Patience);
        await subscription.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(async () => await connection.PublishAsync("a", 1));
        await Should.ThrowAsync<ObjectDisposedException>(async () => await connection.SubscribeCoreAsync<int>("a"));
        await Should.ThrowAsync<ObjectDisposedException>(async () => await connection.ConnectAsync());
        await Should.ThrowAsync<ObjectDisposedException>(async () => await connection.RequestAsync<int, int>("a", 1));
    }

    [Fact]
    public async Task Dispose_NeverUsed_IsQuick() => await new NatsConnection(new NatsOptions { Servers = ["127.0.0.1:1"] }).DisposeAsync();

    [Fact]
    public void Options_Printed_HidePassword() =>
        new NatsOptions { Servers = ["a:1"], User = "u", Password = "s3cret" }.ToString().ShouldNotContain("s3cret");

    private sealed class Picky
    {
        public Picky() => throw new InvalidOperationException("never");
    }
}
