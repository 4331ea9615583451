using System.Text;

namespace Tatara.MessageBus.Tests;

public sealed class OutgoingBufferTests
{
    private static async Task<string> TakeAsync(OutgoingBuffer buffer) => Encoding.UTF8.GetString((await buffer.TakeAsync(CancellationToken.None)).Span);

    [Fact]
    public async Task Take_SeveralWait_AllComeAtOnce()
    {
        var buffer = new OutgoingBuffer(1000);
        await buffer.PublishAsync("a", null, "1"u8.ToArray(), CancellationToken.None);
        buffer.Control("PING\r\n");
        await buffer.PublishAsync("a", "r", "22"u8.ToArray(), CancellationToken.None);

        (await TakeAsync(buffer)).ShouldBe("PUB a 1\r\n1\r\nPING\r\nPUB a r 2\r\n22\r\n");
    }

    [Fact]
    public async Task DropControl_BetweenMessages_OnlyMessagesStay()
    {
        var buffer = new OutgoingBuffer(1000);
        buffer.Control("SUB a 1\r\n");
        await buffer.PublishAsync("a", null, "1"u8.ToArray(), CancellationToken.None);
        buffer.Control("PING\r\n");
        buffer.Control("PONG\r\n");
        await buffer.PublishAsync("a", null, "2"u8.ToArray(), CancellationToken.None);
        buffer.Control("UNSUB 1\r\n");

        buffer.DropControl();

        (await TakeAsync(buffer)).ShouldBe("PUB a 1\r\n1\r\nPUB a 1\r\n2\r\n");
    }

    [Fact]
    public async Task DropControl_NothingElse_NothingIsTaken()
    {
        var buffer = new OutgoingBuffer(1000);
        buffer.Control("PING\r\n");

        buffer.DropControl();

        using var cancel = new CancellationTokenSource(50);
        await Should.ThrowAsync<OperationCanceledException>(async () => await buffer.TakeAsync(cancel.Token));
    }

    [Fact]
    public async Task Publish_Full_GoesOnOnceTaken()
    {
        var buffer = new OutgoingBuffer(20);
        await buffer.PublishAsync("a", null, new byte[10], CancellationToken.None);
        var waiting = buffer.PublishAsync("a", null, new byte[10], CancellationToken.None).AsTask();
        waiting.IsCompleted.ShouldBeFalse();

        await TakeAsync(buffer);

        await waiting.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Publish_LargerThanTheBuffer_GoesWhenItIsEmpty()
    {
        var buffer = new OutgoingBuffer(20);

        await buffer.PublishAsync("a", null, new byte[100], CancellationToken.None);

        (await TakeAsync(buffer)).Length.ShouldBe("PUB a 100\r\n".Length + 102);
    }
}
