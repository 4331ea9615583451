namespace Tatara.Containers.Tests.Networks;

/// <summary>Containers that may dial each other, those of another runtime on the machine included.</summary>
public sealed class LinkTests(TestRuntime machine, OtherRuntime other) : IClassFixture<TestRuntime>, IClassFixture<OtherRuntime>
{
    private const string Server = "for port in 8080 9090; do (while true; do echo \"hello from $HOSTNAME\" | nc -N -l -p $port; done) & done; wait";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Containers_Linked_ReachTheLinkedPortInThatDirectionAlone(bool ofAnotherRuntime)
    {
        var server = await (ofAnotherRuntime ? (TestRuntime)other : machine).BashAsync(Server);
        var client = await machine.BashAsync($"while true; do for port in 8080 9090; do nc -w 1 {server.Address} $port </dev/null | sed \"s/^/$port /\"; done; echo round; sleep 0.05; done");
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(client)).Contains("round"));
        (await TestRuntime.OutputAsync(client)).ShouldNotContain("hello");

        ContainerLink[] links =
        [
            new(client.Address, server.Address, EgressProtocol.Tcp, new(8000, 8080)), new(client.Address, server.Address, EgressProtocol.Tcp, new(8050, 8081)),
        ];
        await machine.Runtime.SetLinksAsync(links, default);
        if (ofAnotherRuntime) await other.Runtime.SetLinksAsync(links, default);
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(client)).Contains($"8080 hello from {server.Handle}"));
        (await TestRuntime.OutputAsync(client)).ShouldNotContain("9090 hello");

        await machine.Runtime.SetLinksAsync([], default);
        var before = Rounds(await TestRuntime.OutputAsync(client));
        await Eventually.TrueAsync(async () => Rounds(await TestRuntime.OutputAsync(client)) > before + 2);
        (await TestRuntime.OutputAsync(client)).Split("round")[^2].ShouldNotContain("hello");
        await client.DestroyAsync(default);
        await server.DestroyAsync(default);

        static int Rounds(string output) => output.Split("round").Length;
    }
}

/// <summary>A second runtime beside the first.</summary>
public sealed class OtherRuntime : TestRuntime;
