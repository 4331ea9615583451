using Tatara.CloudController.Deas;
using Tatara.MessageBus;
using Tatara.Protocol;
using Tatara.Testing;

namespace Tatara.CloudController.Tests.Deas;

public sealed class DeaClientTests : IAsyncLifetime
{
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(20);

    private NatsServer _nats = null!;
    private NatsConnection _ours = null!;
    private NatsConnection _theirs = null!;

    public async Task InitializeAsync()
    {
        _nats = await NatsServer.StartAsync();
        _ours = new NatsConnection(new NatsOptions { Servers = [_nats.Address], Json = ProtocolJson.Default.Options });
        _theirs = new NatsConnection(new NatsOptions { Servers = [_nats.Address], Json = ProtocolJson.Default.Options });
        await _ours.ConnectAsync();
        await _theirs.ConnectAsync();
    }

    public async Task DisposeAsync()
    {
        await _ours.DisposeAsync();
        await _theirs.DisposeAsync();
        await _nats.DisposeAsync();
    }

    [Fact]
    public async Task FindAsync_AllAnswered_ReturnsAtOnce()
    {
        await AnswerWithAsync(0, 1, 2);

        var found = await new DeaClient(_ours).FindAsync(new("app"), [0, 1, 2], Patient, default).WaitAsync(Patient / 2);

        found.Select(f => f.Index).ShouldBe([0, 1, 2]);
    }

    [Fact]
    public async Task FindAsync_OneMissing_ReturnsTheOthersAfterTheBound()
    {
        await AnswerWithAsync(0, 2);

        var found = await new DeaClient(_ours).FindAsync(new("app"), [0, 1, 2], TimeSpan.FromMilliseconds(300), default);

        found.Select(f => f.Index).ShouldBe([0, 2]);
    }

    [Fact]
    public async Task FindAsync_NoDeaAtAll_ReturnsAtOnce() =>
        (await new DeaClient(_ours).FindAsync(new("app"), [0], Patient, default).WaitAsync(Patient / 2)).ShouldBeEmpty();

    [Fact]
    public async Task FindAsync_CrashedOneAnswersBeforeItsSuccessor_WaitsForTheSuccessor()
    {
        await AnswerWithAsync(InstanceStates.Crashed, 0);
        await AnswerWithAsync(0);

        var found = await new DeaClient(_ours).FindAsync(new("app"), [0], Patient, default).WaitAsync(Patient / 2);

        found.Select(f => f.State).ShouldContain(InstanceStates.Running);
    }

    private Task AnswerWithAsync(params int[] indices) => AnswerWithAsync(InstanceStates.Running, indices);

    private async Task AnswerWithAsync(string state, params int[] indices)
    {
        var questions = await _theirs.SubscribeCoreAsync<FindDropletRequest>(Subjects.DeaFindDroplet);
        await using var flushed = await _theirs.SubscribeCoreAsync<int>("flushed");
        await _theirs.PublishAsync("flushed", 1);
        await flushed.Messages.ReadAsync();
        _ = Task.Run(async () =>
        {
            await foreach (var question in questions.ReadAllAsync())
                foreach (var index in indices)
                    await question.ReplyAsync(new FindDropletResponse("dea", question.Data!.Droplet, "v", $"i{index}", index, state, 0));
        });
    }
}
