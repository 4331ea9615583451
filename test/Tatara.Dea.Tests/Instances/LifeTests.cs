using Tatara.Dea.Tests.Fakes;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Instances;

public sealed class LifeTests
{
    [Fact]
    public async Task Crash_WhileRunning_IsUnregisteredReportedAndCleared()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        var registration = await dea.RunInstanceAsync(dea.StartMessage());
        var container = dea.Runtime.Containers.Single();

        container.Exit(137);

        var exited = await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true);
        exited.Instance.ShouldBe(registration.PrivateInstanceId);
        (await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterUnregister, _ => true)).Port.ShouldBe(registration.Port);
        await dea.Bus.WaitForAsync<DeaHeartbeat>(Subjects.DeaHeartbeat, h => h.Droplets is [{ State: "CRASHED" }]);
        await dea.Bus.WaitForAsync<DeaAdvertisement>(Subjects.DeaAdvertise, a => a.AvailableMemory == 1000 && a.AppIdToCount!.Count == 0);
        await Bus.UntilAsync(() => container.Destroyed, "the container is destroyed");
    }

    [Fact]
    public async Task Crash_StartedAgain_TakesAnotherPortAndOneCrashIsShown()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        var ports = new HashSet<int>();
        for (var i = 0; i < 3; i++)
        {
            dea.Bus.Forget();
            ports.Add((await dea.RunInstanceAsync(dea.StartMessage())).Port);
            dea.Runtime.Containers.Single().Exit(1);
            await Bus.UntilAsync(() => dea.Runtime.Containers.Count == 0, "it is cleared away");
        }

        ports.Count.ShouldBe(3);
        await dea.Bus.Connection.PublishAsync(Subjects.HealthManagerStart, "");
        await dea.Bus.WaitForAsync<DeaHeartbeat>(Subjects.DeaHeartbeat, h => h.Droplets is [{ State: "CRASHED" }]);
    }

    [Fact]
    public async Task Stop_WhileRunning_UnregistersBeforeItStops()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(dea.StartMessage());
        var container = dea.Runtime.Containers.Single();
        container.EndsOnStop = false;

        await dea.Bus.Connection.PublishAsync(Subjects.DeaStop, new DeaStopMessage(DeaUnderTest.App));

        await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterUnregister, _ => true);
        await Bus.UntilAsync(() => container.Stops.Count == 1, "it is asked to stop");
        container.Stops.ShouldBe([TimeSpan.FromSeconds(10)]);
        await dea.Bus.WaitForAsync<DeaHeartbeat>(Subjects.DeaHeartbeat, h => h.Droplets.Count == 0);
        container.Exit(143);
        var exited = await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true);
        exited.Reason.ShouldBe(ExitReasons.Stopped);
        exited.CrashTimestamp.ShouldBeNull();
        await Bus.UntilAsync(() => container.Destroyed, "the container is destroyed");
    }

    [Fact]
    public async Task Stop_WhileItsContainerIsMade_LeavesNothing()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        dea.Runtime.OnCreate = _ => Task.Delay(Timeout.Infinite);
        await dea.SendStartAsync(dea.StartMessage());
        await Bus.UntilAsync(() => dea.Runtime.Containers.Count == 1, "it is being made");

        await dea.Bus.Connection.PublishAsync(Subjects.DeaStop, new DeaStopMessage(DeaUnderTest.App));

        (await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true)).Reason.ShouldBe(ExitReasons.Stopped);
        await Bus.UntilAsync(() => dea.Runtime.Containers.Count == 0, "it is gone");
    }

    [Theory]
    [InlineData("v2", null, 1)]
    [InlineData(null, 0, 2)]
    [InlineData("v2", 1, 0)]
    public async Task Stop_ByVersionOrIndex_StopsOnlyThose(string? version, int? index, int stopped)
    {
        await using var dea = await DeaUnderTest.StartAsync();
        foreach (var (v, i) in new[] { ("v1", 0), ("v1", 1), ("v2", 0) }) await dea.SendStartAsync(dea.StartMessage(i, v));
        await dea.Bus.WaitForAsync<DeaHeartbeat>(Subjects.DeaHeartbeat, h => h.Droplets.Count(d => d.State == "RUNNING") == 3);

        await dea.Bus.Connection.PublishAsync(Subjects.DeaStop, new DeaStopMessage(DeaUnderTest.App, version, index is null ? null : [index.Value]));

        if (stopped > 0) await Bus.UntilAsync(() => dea.Runtime.Containers.Count == 3 - stopped, "those are stopped");
        else await Task.Delay(300);
        dea.Runtime.Containers.Count.ShouldBe(3 - stopped);
    }

    [Fact]
    public async Task Update_OtherRoutes_AreRegisteredAndOldOnesUnregistered()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(dea.StartMessage());

        await dea.Bus.Connection.PublishAsync(Subjects.DeaUpdate, new DeaUpdateMessage(DeaUnderTest.App, ["new.tatara.localhost"]));

        await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterRegister, r => r.Uris is ["new.tatara.localhost"]);
        (await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterUnregister, _ => true)).Uris.ShouldBe(["dora.tatara.localhost"]);
    }

    [Fact]
    public async Task Update_TcpRoutes_AreRegisteredAndOldOnesUnregistered()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        TcpRoute first = new("group", 1024), second = new("group", 1025);
        await dea.RunInstanceAsync(dea.StartMessage() with { Uris = [], TcpRoutes = [first] });
        dea.Bus.Heard<RouterRegistration>(Subjects.RouterRegister).ShouldAllBe(r => r.TcpRoutes!.Single() == first);

        await dea.Bus.Connection.PublishAsync(Subjects.DeaUpdate, new DeaUpdateMessage(DeaUnderTest.App, [], TcpRoutes: [second]));

        await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterRegister, r => r.TcpRoutes is [var route] && route == second);
        (await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterUnregister, _ => true)).TcpRoutes.ShouldBe([first]);
    }

    [Fact]
    public async Task Update_RouteServicesAndHttp2_GoOutInMessagesOfTheirOwn()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(dea.StartMessage());

        await dea.Bus.Connection.PublishAsync(Subjects.DeaUpdate, new DeaUpdateMessage(
            DeaUnderTest.App, ["dora.tatara.localhost", "guarded.tatara.localhost", "grpc.tatara.localhost"], Http2Uris: ["grpc.tatara.localhost"],
            RouteServices: new Dictionary<string, string> { ["guarded.tatara.localhost"] = "https://guard.tatara.localhost" }));

        var guarded = await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterRegister, r => r.Uris is ["guarded.tatara.localhost"]);
        (guarded.RouteServiceUrl, guarded.Protocol).ShouldBe(("https://guard.tatara.localhost", null));
        (await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterRegister, r => r.Uris is ["grpc.tatara.localhost"])).Protocol.ShouldBe("http2");
        dea.Bus.Heard<RouterRegistration>(Subjects.RouterRegister).Where(r => r.Uris.Contains("dora.tatara.localhost")).ShouldAllBe(r => r.RouteServiceUrl == null);
    }

    [Fact]
    public async Task Register_ZoneAndLoadBalancing_AreSaidToRouters()
    {
        await using var dea = await DeaUnderTest.StartAsync(o => o with { Zone = "z1" });
        await dea.RunInstanceAsync(dea.StartMessage() with
        {
            Uris = ["dora.tatara.localhost", "busy.tatara.localhost"], LoadBalancing = new Dictionary<string, string> { ["busy.tatara.localhost"] = "least-connection" },
        });

        var busy = await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterRegister, r => r.Uris is ["busy.tatara.localhost"]);
        (busy.AvailabilityZone, busy.Options?.LoadBalancing).ShouldBe(("z1", "least-connection"));
        (await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterRegister, r => r.Uris is ["dora.tatara.localhost"])).Options.ShouldBeNull();

        dea.Bus.Forget();
        await dea.Bus.Connection.PublishAsync(Subjects.DeaUpdate, new DeaUpdateMessage(DeaUnderTest.App, ["dora.tatara.localhost", "busy.tatara.localhost"]));
        await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterRegister, r => r.Uris.Count == 2 && r.Options is null);
    }

    [Fact]
    public async Task RouterStart_RunningInstance_IsRegisteredAgainAtTheRoutersInterval()
    {
        await using var dea = await DeaUnderTest.StartAsync(o => o with { RegisterInterval = TimeSpan.FromSeconds(1) });
        await dea.RunInstanceAsync(dea.StartMessage());
        dea.Bus.Forget();

        await dea.Bus.Connection.PublishAsync(Subjects.RouterStart, new RouterGreeting("r", ["127.0.0.1"], 1, 120));

        await Bus.UntilAsync(() => dea.Bus.Heard<RouterRegistration>(Subjects.RouterRegister).Count >= 3, "it registers again and again", 5);
    }

    [Fact]
    public async Task Find_WithStats_AnswersWithUsage()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(dea.StartMessage());

        var reply = await dea.Bus.Connection.RequestAsync<FindDropletRequest, FindDropletResponse>(
            Subjects.DeaFindDroplet, new FindDropletRequest(DeaUnderTest.App, States: ["RUNNING"], IncludeStats: true), TimeSpan.FromSeconds(2));

        var stats = reply.Data!.Stats!;
        stats.MemQuota.ShouldBe(64L << 20);
        stats.Usage!.Mem.ShouldBe(5_000_000);
        stats.Usage.Cpu.ShouldBe(1.0, 0.1);
        // 64 of the DEA's 1000 MB: it may count on that part of the processors.
        stats.Usage.CpuEntitlement.ShouldBe(stats.Usage.Cpu / (0.064 * Environment.ProcessorCount), 0.01);
        stats.Routable.ShouldBeTrue();
    }

    [Fact]
    public async Task Find_WithStatsOfALoggingApp_TellsItsRate()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(dea.StartMessage());
        (await LogRateAsync(dea)).ShouldBe(0);

        for (var i = 0; i < 100; i++) dea.Runtime.Containers.Single().Write(new string('x', 1000));
        await Bus.UntilAsync(() => dea.Bus.Logs.Count(l => l.Payload.Length == 1000) == 100, "the lines arrive");

        await Bus.UntilAsync(async () => await LogRateAsync(dea) > 0, "the rate is told");
    }

    private static async Task<long> LogRateAsync(DeaUnderTest dea)
    {
        var reply = await dea.Bus.Connection.RequestAsync<FindDropletRequest, FindDropletResponse>(
            Subjects.DeaFindDroplet, new FindDropletRequest(DeaUnderTest.App, IncludeStats: true), TimeSpan.FromSeconds(2));
        return reply.Data!.Stats!.Usage!.LogRate;
    }

    [Fact]
    public async Task Find_NoMatch_StaysSilent()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(dea.StartMessage());

        await Should.ThrowAsync<NatsNoReplyException>(async () => await dea.Bus.Connection.RequestAsync<FindDropletRequest, FindDropletResponse>(
            Subjects.DeaFindDroplet, new FindDropletRequest(DeaUnderTest.App, Indices: [7]), TimeSpan.FromMilliseconds(300)));
    }

    [Fact]
    public async Task Status_Asked_TellsWhatIsReserved()
    {
        await using var dea = await DeaUnderTest.StartAsync(o => o with { MemoryOvercommit = 2 });
        await dea.RunInstanceAsync(dea.StartMessage());

        var status = (await dea.Bus.Connection.RequestAsync<string, DeaStatus>(Subjects.DeaStatus, "")).Data!;

        (status.MaxMemory, status.ReservedMemory, status.UsedMemory).ShouldBe((2000, 64, 4));
    }

    [Fact]
    public async Task Locate_Asked_Advertises()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await Task.Delay(100);
        dea.Bus.Forget();

        await dea.Bus.Connection.PublishAsync(Subjects.DeaLocate, "");
        await dea.Bus.Connection.PublishAsync(Subjects.StagingLocate, "");

        (await dea.Bus.WaitForAsync<DeaAdvertisement>(Subjects.DeaAdvertise, _ => true, 2)).Stacks.ShouldBe(["bookworm"]);
        await dea.Bus.WaitForAsync<DeaAdvertisement>(Subjects.StagingAdvertise, _ => true, 2);
    }

    [Fact]
    public async Task Start_UnreadableMessage_IsIgnored()
    {
        await using var dea = await DeaUnderTest.StartAsync();

        await dea.Bus.Connection.PublishAsync(Subjects.DeaStartInstance("dea-test"), new DropletUpdated("nonsense"));

        (await dea.RunInstanceAsync(dea.StartMessage())).Uris.ShouldNotBeEmpty();
    }
}
