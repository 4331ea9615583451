using System.Text.Json;
using Tatara.Testing;

namespace Tatara.MessageBus.Tests;

public sealed class NatsConnectionTests
{
    private static NatsOptions Options(NatsServer server) => new() { Servers = [server.Address] };

    [Fact]
    public async Task SubscribeAsync_Published_MessageArrives()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        await using var subscription = await connection.SubscribeCoreAsync<Dictionary<string, int>>("a.b");

        await connection.PublishAsync("a.b", new Dictionary<string, int> { ["x"] = 1 });

        var message = await subscription.Messages.ReadAsync(new CancellationTokenSource(5000).Token);
        message.Data!["x"].ShouldBe(1);
    }

    [Fact]
    public async Task RequestAsync_Answered_ReplyComesBack()
    {
        await using var server = await NatsServer.StartAsync();
        await using var asker = new NatsConnection(Options(server));
        await using var answerer = new NatsConnection(Options(server));
        await using var questions = await answerer.SubscribeCoreAsync<string>("question");
        await answerer.ConnectAsync();
        var answering = Task.Run(async () => await (await questions.Messages.ReadAsync()).ReplyAsync("42"));

        var reply = await asker.RequestAsync<string, string>("question", "?");

        reply.Data.ShouldBe("42");
        await answering;
    }

    [Fact]
    public async Task RequestAsync_NobodyListens_SaysSoAtOnce()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));

        await Should.ThrowAsync<NatsNoRespondersException>(async () => await connection.RequestAsync<string, string>("nobody", "?"));
    }

    [Fact]
    public async Task Subscription_ServerRestarted_GoesOn()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        await using var subscription = await connection.SubscribeCoreAsync<string>("news");
        await connection.ConnectAsync();

        await server.KillAsync();
        await server.StartAgainAsync();
        var deadline = new CancellationTokenSource(10_000).Token;
        while (!subscription.Messages.TryRead(out _))
        {
            deadline.ThrowIfCancellationRequested();
            await connection.PublishAsync("news", "still here", cancellationToken: deadline);
            await Task.Delay(20, deadline);
        }
    }

    [Fact]
    public async Task Subscription_BodyIsNotJson_CarriesTheError()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        await using var subscription = await connection.SubscribeCoreAsync<int>("numbers");

        await connection.PublishAsync("numbers", "not a number");

        var message = await subscription.Messages.ReadAsync(new CancellationTokenSource(5000).Token);
        message.Error.ShouldBeOfType<JsonException>();
    }
}
