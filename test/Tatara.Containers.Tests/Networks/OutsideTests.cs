namespace Tatara.Containers.Tests.Networks;

/// <summary>Containers and the rest of the world.</summary>
public sealed class OutsideTests(TestRuntime machine) : IClassFixture<TestRuntime>, IAsyncLifetime
{
    private OutsideWorld _world = null!;

    public async Task InitializeAsync() => _world = await OutsideWorld.StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Container_DialsOutside_UnderTheMachinesAddress()
    {
        _world.Serve(9000);

        var (_, output) = await machine.RunAsync(
            $"for i in $(seq 100); do nc -w 5 {_world.There} 9000 && break; sleep 0.1; done", spec => spec with { Egress = [Allow(EgressProtocol.Tcp, "0.0.0.0/0", 9000)] });

        output.ShouldBe(_world.Here);
    }

    [Fact]
    public async Task Outside_DialsMappedPort_ReachesTheContainer()
    {
        var container = await machine.BashAsync("while true; do echo \"hello from $HOSTNAME\" | nc -N -l -p 8080; done", spec => spec with { Ports = [new PortMapping(61001, 8080)] });
        var answer = "";

        await Eventually.TrueAsync(async () => (answer = await DialAsync(machine.Options.HostAddress, 61001)).Length > 0);

        answer.ShouldContain(container.Handle);
        (await DialAsync(container.Address, 8080)).ShouldBeEmpty();
        await container.DestroyAsync(default);
    }

    [Fact]
    public async Task Container_AllowedOneAddressAndPort_ReachesThatAlone()
    {
        _world.Serve(9000);
        _world.Serve(9001);

        (await ReachesAsync([Allow(EgressProtocol.Tcp, _world.There, 9000)])).ShouldBe(["tcp There 9000"]);
    }

    [Fact]
    public async Task Container_AllowedNothing_ReachesNothingAndLearnsItAtOnce()
    {
        _world.Serve(9000);
        _world.Serve(9001);

        (await ReachesAsync([])).ShouldBeEmpty();
        var (_, refusal) = await machine.RunAsync($"nc -v -w 30 {_world.There} 9000 2>&1");
        refusal.ShouldContain("No route to host");
    }

    [Fact]
    public async Task Container_RangesThatOverlap_AreTakenTogether()
    {
        _world.Serve(9000);
        _world.Serve(9001);
        var (first, last) = (AddressRange.Parse(_world.Here)!.Value.First, AddressRange.Parse(_world.There)!.Value.Last);

        var reached = await ReachesAsync(
        [
            new AllowedTraffic(EgressProtocol.Tcp, [new(first, last), new(first + 1, last), AddressRange.Parse($"{_world.There}/32")!.Value], [new(9000, 9001), new(8999, 9000), new(9001, 9001)]),
            Allow(EgressProtocol.Udp, _world.There, 9001),
        ]);

        reached.ShouldBe(["tcp There 9000", "tcp There 9001", "udp There 9001"]);
    }

    [Fact]
    public async Task SetEgress_OfARunningContainer_HoldsAtOnceAndAfterARestart()
    {
        _world.Serve(9000);
        // A runtime of its own: a second one over its directory takes away what is spare.
        await using var machine = await OwnRuntime.StartAsync();
        var container = await machine.BashAsync($"while true; do if nc -z -w 1 {_world.There} 9000; then echo open; else echo closed; fi; sleep 0.05; done");
        var another = await machine.BashAsync("sleep 1000");

        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(container)).EndsWith("closed", StringComparison.Ordinal));
        await container.SetEgressAsync([Allow(EgressProtocol.All, "198.18.0.0/15")], default);
        await another.SetEgressAsync([Allow(EgressProtocol.All, "198.18.0.0/15")], default);
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(container)).EndsWith("open", StringComparison.Ordinal));
        await another.DestroyAsync(default);

        var again = machine.New();
        await again.InitializeAsync(default);
        var found = (await again.RecoverAsync(default)).Single(c => c.Handle == container.Handle);
        var seen = (await TestRuntime.OutputAsync(container)).Length;
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(container)).Length > seen + 10);
        (await TestRuntime.OutputAsync(container)).ShouldEndWith("open");

        await found.SetEgressAsync([], default);
        await Eventually.TrueAsync(async () => (await TestRuntime.OutputAsync(container)).EndsWith("closed", StringComparison.Ordinal));
        await found.DestroyAsync(default);
        await container.DestroyAsync(default);
    }

    private async Task<IReadOnlyList<string>> ReachesAsync(IReadOnlyList<AllowedTraffic> allowed)
    {
        // What is served is up before anything that must fail is tried.
        var (_, up) = await machine.RunAsync(
            $"for port in 9000 9001; do for i in $(seq 100); do nc -z -w 1 {_world.There} $port && echo up && break; sleep 0.1; done; done; echo end",
            spec => spec with { Egress = [Allow(EgressProtocol.All, "0.0.0.0/0")] });
        up.ShouldStartWith("up");
        var script = $"for target in There:{_world.There} Elsewhere:{_world.Elsewhere}; do for port in 9000 9001; do"
            + " nc -z -w 2 ${target#*:} $port && echo tcp ${target%:*} $port; [[ $(echo hi | nc -u -w 1 ${target#*:} $port) == heard* ]] && echo udp ${target%:*} $port; done; done; echo end";
        var (_, output) = await machine.RunAsync(script, spec => spec with { Egress = allowed });
        return [.. output.Split('\n').Where(line => line != "end")];
    }

    private static AllowedTraffic Allow(EgressProtocol protocol, string destination, params int[] ports) =>
        new(protocol, [AddressRange.Parse(destination)!.Value], [.. ports.Select(port => new PortRange(port, port))]);

    private async Task<string> DialAsync(string address, int port)
    {
        var process = _world.Run("timeout", "2", "bash", "-c", $"exec 3<>/dev/tcp/{address}/{port} && cat <&3");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            return await process.StandardOutput.ReadToEndAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            return "";
        }
    }
}
