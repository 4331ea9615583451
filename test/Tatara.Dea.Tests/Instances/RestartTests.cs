using Tatara.Dea.Tests.Fakes;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Instances;

public sealed class RestartTests
{
    [Fact]
    public async Task Restart_RunningInstance_GoesOnAsItWas()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        var before = await dea.RunInstanceAsync(dea.StartMessage());
        var since = (await dea.Bus.WaitForAsync<DeaHeartbeat>(Subjects.DeaHeartbeat, h => h.Droplets is [{ State: "RUNNING" }])).Droplets[0].StateTimestamp;
        await dea.StopAsync();
        dea.Bus.Heard<DeaHello>(Subjects.DeaShutdown).ShouldBeEmpty();
        dea.Bus.Heard<RouterRegistration>(Subjects.RouterUnregister).ShouldBeEmpty();
        dea.Bus.Forget();

        await dea.StartAgainAsync();

        var after = await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterRegister, _ => true);
        (after.PrivateInstanceId, after.Port).ShouldBe((before.PrivateInstanceId, before.Port));
        var heartbeat = await dea.Bus.WaitForAsync<DeaHeartbeat>(Subjects.DeaHeartbeat, h => h.Droplets.Count == 1);
        heartbeat.Droplets[0].StateTimestamp.ShouldBe(since);
        dea.Runtime.Containers.Single().Stops.ShouldBeEmpty();
        await dea.Bus.WaitForAsync<DeaHello>(Subjects.DeaStart, _ => true);
        (await dea.RunInstanceAsync(dea.StartMessage(index: 1))).Port.ShouldNotBe(before.Port);
    }

    [Fact]
    public async Task Restart_ExitedMeanwhile_IsReportedAndNeverRouted()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(dea.StartMessage());
        await dea.StopAsync();
        dea.Bus.Forget();
        dea.Runtime.Containers.Single().Exit(3);

        await dea.StartAgainAsync();

        var exited = await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true);
        (exited.Reason, exited.ExitStatus, exited.ExitDescription).ShouldBe((ExitReasons.Crashed, 3, "exited with status 3"));
        dea.Bus.Heard<RouterRegistration>(Subjects.RouterUnregister).Single().PrivateInstanceId.ShouldBe(exited.Instance);
        dea.Bus.Heard<RouterRegistration>(Subjects.RouterRegister).ShouldBeEmpty();
    }

    [Fact]
    public async Task Restart_UnregistrationWasLost_NoOtherAppGetsThePort()
    {
        await using var dea = await DeaUnderTest.StartAsync(o => o with { LastPort = o.FirstPort + 1 });
        var gone = await dea.RunInstanceAsync(dea.StartMessage());
        await dea.Nats.KillAsync(); // The instance ends and nobody hears of it.
        dea.Runtime.Containers.Single().Exit(1);
        await Bus.UntilAsync(() => dea.Runtime.Containers.Count == 0, "it is cleared away");
        await dea.StopAsync();
        await dea.Nats.StartAgainAsync();
        await dea.StartAgainAsync();
        dea.Bus.Forget();

        var other = dea.StartMessage() with { Droplet = "other-app", Uris = ["other.tatara.localhost"] };
        await dea.SendStartAsync(other);
        (await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterRegister, r => r.Uris is ["other.tatara.localhost"])).Port.ShouldNotBe(gone.Port);
        await dea.SendStartAsync(other with { Droplet = "third-app", Index = 1 });
        (await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, e => e.Droplet == "third-app")).Reason.ShouldBe(ExitReasons.Refused);
    }

    [Fact]
    public async Task Restart_WhileAContainerWasMade_IsClearedAwayAndNoCrash()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        dea.Runtime.OnCreate = _ => Task.Delay(Timeout.Infinite);
        await dea.SendStartAsync(dea.StartMessage());
        await Bus.UntilAsync(() => dea.Runtime.Containers.Count == 1, "it is being made");
        await dea.StopAsync();

        await dea.StartAgainAsync();

        (await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true)).Reason.ShouldBe(ExitReasons.DeaShutdown);
        dea.Runtime.Containers.ShouldBeEmpty();
    }

    [Fact]
    public async Task Restart_WhileStarting_GoesOnToRunning()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        dea.Runtime.OnCreate = _ => Task.CompletedTask;
        await dea.SendStartAsync(dea.StartMessage());
        await Bus.UntilAsync(() => dea.Logged.Any(l => l.Contains("is Starting")), "it is starting");
        await dea.StopAsync();
        dea.Runtime.Containers.Single().Listen();

        await dea.StartAgainAsync();

        await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterRegister, _ => true);
    }

    [Fact]
    public async Task Restart_WhileStopping_IsStoppedToTheEndAndNeverRoutedAgain()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        var registration = await dea.RunInstanceAsync(dea.StartMessage());
        var container = dea.Runtime.Containers.Single();
        container.EndsOnStop = false;
        await dea.Bus.Connection.PublishAsync(Subjects.DeaStop, new DeaStopMessage(DeaUnderTest.App));
        await Bus.UntilAsync(() => container.Stops.Count == 1, "it is asked to stop");
        await dea.StopAsync();
        dea.Bus.Forget();

        await dea.StartAgainAsync();
        await Bus.UntilAsync(() => container.Stops.Count == 2, "it is asked again");
        container.Exit(143);

        var exited = await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true);
        (exited.Instance, exited.Reason).ShouldBe((registration.PrivateInstanceId!, ExitReasons.Stopped));
        await Bus.UntilAsync(() => container.Destroyed, "the container is destroyed");
        dea.Bus.Heard<RouterRegistration>(Subjects.RouterRegister).ShouldBeEmpty();
        dea.Bus.Heard<DeaHeartbeat>(Subjects.DeaHeartbeat).SelectMany(h => h.Droplets).ShouldBeEmpty();
    }

    [Fact]
    public async Task Restart_CrashedInstance_StaysKnown()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        dea.Runtime.OnCreate = c =>
        {
            c.Exit(1);
            return Task.CompletedTask;
        };
        await dea.SendStartAsync(dea.StartMessage());
        await Bus.UntilAsync(() => dea.Logged.Any(l => l.Contains("ended: CRASHED")), "it crashed");
        await dea.StopAsync();
        dea.Bus.Forget();

        await dea.StartAgainAsync();

        await dea.Bus.WaitForAsync<DeaHeartbeat>(Subjects.DeaHeartbeat, h => h.Droplets is [{ State: "CRASHED" }]);
        dea.Bus.Heard<DropletExited>(Subjects.DropletExited).ShouldBeEmpty();
    }

    [Fact]
    public async Task Stop_WithInstances_SaysFarewellAndStopsThem()
    {
        await using var dea = await DeaUnderTest.StartAsync(o => o with { StopInstancesOnShutdown = true });
        await dea.RunInstanceAsync(dea.StartMessage());

        await dea.StopAsync();

        var farewell = await dea.Bus.WaitForAsync<DeaHello>(Subjects.DeaShutdown, _ => true);
        farewell.AppIdToCount![DeaUnderTest.App].ShouldBe(1);
        (await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true)).Reason.ShouldBe(ExitReasons.DeaShutdown);
        dea.Runtime.Containers.ShouldBeEmpty();
    }

    [Fact]
    public async Task Start_BusAway_ComesUpAndAnnouncesLater()
    {
        await using var dea = await DeaUnderTest.StartAsync(o => o with { RegisterInterval = TimeSpan.FromSeconds(1) });
        await dea.RunInstanceAsync(dea.StartMessage());
        await dea.StopAsync();
        await dea.Nats.KillAsync();
        dea.Bus.Forget();

        var starting = dea.StartAgainAsync();
        await Task.Delay(300);
        await dea.Nats.StartAgainAsync();
        await starting;

        await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterRegister, _ => true);
    }
}
