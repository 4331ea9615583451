using Tatara.Testing;

namespace Tatara.MessageBus.Tests;

public sealed class RequestTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static NatsOptions Options(NatsServer server) => new() { Servers = [server.Address] };

    [Fact]
    public async Task RequestAsync_Answered_ReplyComesBack()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        await using var questions = await connection.SubscribeCoreAsync<string>("question");
        var answering = Task.Run(async () => await (await questions.Messages.ReadAsync()).ReplyAsync("42"));

        var reply = await connection.RequestAsync<string, string>("question", "?");

        reply.Data.ShouldBe("42");
        await answering;
    }

    [Fact]
    public async Task RequestAsync_NobodyListens_SaysSoAtOnce()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));

        await Should.ThrowAsync<NatsNoRespondersException>(async () => await connection.RequestAsync<string, string>("nobody", "?", TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task RequestAsync_NobodyAnswers_EndsInTime()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        await using var deaf = await connection.SubscribeCoreAsync<string>("question");

        await Should.ThrowAsync<NatsNoReplyException>(
            async () => await connection.RequestAsync<string, string>("question", "?", TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public async Task RequestAsync_Cancelled_IsACancellation()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        await using var deaf = await connection.SubscribeCoreAsync<string>("question");
        using var cancel = new CancellationTokenSource(100);

        await Should.ThrowAsync<OperationCanceledException>(
            async () => await connection.RequestAsync<string, string>("question", "?", Patience, cancel.Token));
    }

    [Fact]
    public async Task RequestAsync_AnswerIsOfAnotherShape_SaysSo()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        await using var questions = await connection.SubscribeCoreAsync<string>("question");
        var answering = Task.Run(async () => await (await questions.Messages.ReadAsync()).ReplyAsync("not a number"));

        var error = await Should.ThrowAsync<NatsException>(async () => await connection.RequestAsync<string, int>("question", "?"));

        error.Message.ShouldContain("question");
        await answering;
    }

    [Fact]
    public async Task RequestAsync_ConnectionDisposedMeanwhile_SaysSo()
    {
        await using var server = await NatsServer.StartAsync();
        await using var other = new NatsConnection(Options(server));
        await using var deaf = await other.SubscribeCoreAsync<string>("question");
        await other.PingAsync();
        var connection = new NatsConnection(Options(server));
        var asking = connection.RequestAsync<string, string>("question", "?", Patience).AsTask();
        await deaf.Messages.ReadAsync();

        await connection.DisposeAsync();

        await Should.ThrowAsync<ObjectDisposedException>(() => asking.WaitAsync(Patience));
    }

    [Fact]
    public async Task RequestManyAsync_SeveralAnswer_AllComeUntilTheTimeIsOver()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));
        await using var first = await connection.SubscribeCoreAsync<string>("question");
        await using var second = await connection.SubscribeCoreAsync<string>("question");
        var answering = Task.Run(async () =>
        {
            await (await first.Messages.ReadAsync()).ReplyAsync("a");
            await (await second.Messages.ReadAsync()).ReplyAsync("b");
        });

        var answers = new List<string?>();
        await foreach (var reply in connection.RequestManyAsync<string, string>("question", "?", TimeSpan.FromMilliseconds(500))) answers.Add(reply.Data);

        answers.ShouldBe(["a", "b"], ignoreOrder: true);
        await answering;
    }

    [Fact]
    public async Task RequestManyAsync_NobodyListens_EndsAtOnceAndSaysWhy()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = new NatsConnection(Options(server));

        var errors = new List<Exception?>();
        await foreach (var reply in connection.RequestManyAsync<string, string>("nobody", "?", TimeSpan.FromMinutes(1))) errors.Add(reply.Error);

        errors.ShouldHaveSingleItem().ShouldBeOfType<NatsNoRespondersException>();
    }
}
