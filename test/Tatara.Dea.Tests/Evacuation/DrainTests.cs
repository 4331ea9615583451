using Tatara.Dea.Tests.Fakes;
using Tatara.Protocol;

namespace Tatara.Dea.Tests.Evacuation;

public sealed class DrainTests
{
    [Fact]
    public async Task Drain_WithInstances_KeepsThemUntilTheyAreStoppedAndTakesNothingNew()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        var registration = await dea.RunInstanceAsync(dea.StartMessage());
        await dea.RunInstanceAsync(dea.StartMessage(index: 1));
        dea.Bus.Forget();

        (await DrainAsync(dea)).Instances.ShouldBe(2);

        // 1. It says so, and its instances are as they were.
        var advertisement = await dea.Bus.WaitForAsync<DeaAdvertisement>(Subjects.DeaAdvertise, a => a.Refuses is not null);
        (advertisement.Refuses, advertisement.AvailableMemory, advertisement.AvailableDisk).ShouldBe(("draining", 0, 0));
        await dea.Bus.WaitForAsync<DeaAdvertisement>(Subjects.StagingAdvertise, a => a.Refuses == "draining");
        await dea.Bus.WaitForAsync<DeaHeartbeat>(Subjects.DeaHeartbeat, h => h.Droplets.Count(d => d.State == InstanceStates.Evacuating) == 2);
        dea.Runtime.Containers.ShouldAllBe(c => c.Stops.Count == 0);
        dea.Bus.Heard<RouterRegistration>(Subjects.RouterUnregister).ShouldBeEmpty();

        // 2. Nothing new.
        await dea.SendStartAsync(dea.StartMessage(index: 2));
        var refused = await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true);
        (refused.Index, refused.Reason, refused.ExitDescription).ShouldBe((2, ExitReasons.Refused, "insufficient resources: draining"));

        // 3. One runs elsewhere: its twin here goes, the other stays.
        dea.Bus.Forget();
        await dea.Bus.Connection.PublishAsync(Subjects.DeaStop, new DeaStopMessage(DeaUnderTest.App, Instances: [registration.PrivateInstanceId!]));
        var exited = await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true);
        (exited.Instance, exited.Reason, exited.CrashTimestamp).ShouldBe((registration.PrivateInstanceId!, ExitReasons.DeaEvacuation, null));
        await Bus.UntilAsync(() => dea.Runtime.Containers.Count == 1, "one is left");
        dea.HasEnded.ShouldBeFalse();

        // 4. The last one.
        await dea.Bus.Connection.PublishAsync(Subjects.DeaStop, new DeaStopMessage(DeaUnderTest.App));
        await dea.Bus.WaitForAsync<DeaHello>(Subjects.DeaShutdown, _ => true);
        await Bus.UntilAsync(() => dea.HasEnded, "the DEA ends");
    }

    [Fact]
    public async Task Drain_RequestsUnderWay_EndBeforeSigterm()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(dea.StartMessage());
        var container = dea.Runtime.Containers.Single();
        container.Connections = 1;
        await DrainAsync(dea);

        await dea.Bus.Connection.PublishAsync(Subjects.DeaStop, new DeaStopMessage(DeaUnderTest.App));
        await dea.Bus.WaitForAsync<RouterRegistration>(Subjects.RouterUnregister, _ => true);
        await Bus.UntilAsync(() => container.Counted > 2, "it is asked for connections again and again");
        container.Stops.ShouldBeEmpty();

        container.Connections = 0;
        await Bus.UntilAsync(() => container.Stops.Count == 1, "it is asked to stop");
    }

    [Fact]
    public async Task Drain_ConnectionThatNeverEnds_IsCutOffAfterThePatience()
    {
        await using var dea = await DeaUnderTest.StartAsync(o => o with { RequestPatience = TimeSpan.FromMilliseconds(300) });
        await dea.RunInstanceAsync(dea.StartMessage());
        var container = dea.Runtime.Containers.Single();
        container.Connections = 1;
        await DrainAsync(dea);

        await dea.Bus.Connection.PublishAsync(Subjects.DeaStop, new DeaStopMessage(DeaUnderTest.App));

        await Bus.UntilAsync(() => container.Stops.Count == 1, "it is asked to stop");
    }

    [Fact]
    public async Task Drain_NoPlaceElsewhere_StopsAfterTheTimeout()
    {
        await using var dea = await DeaUnderTest.StartAsync();
        await dea.RunInstanceAsync(dea.StartMessage());

        await DrainAsync(dea, timeout: 1);

        (await dea.Bus.WaitForAsync<DropletExited>(Subjects.DropletExited, _ => true)).Reason.ShouldBe(ExitReasons.DeaEvacuation);
        await Bus.UntilAsync(() => dea.HasEnded, "the DEA ends");
        dea.Logged.ShouldContain(l => l.Contains("1 instances and 0 stagings found no place elsewhere"));
    }

    [Fact]
    public async Task Drain_NothingRuns_EndsAtOnce()
    {
        await using var dea = await DeaUnderTest.StartAsync();

        await DrainAsync(dea);

        await Bus.UntilAsync(() => dea.HasEnded, "the DEA ends");
    }

    private static async Task<DrainProgress> DrainAsync(DeaUnderTest dea, int? timeout = null) => (await dea.Bus.Connection.RequestAsync<DrainRequest, DrainProgress>(
        Subjects.DeaDrain("dea-test"), new DrainRequest(timeout), TimeSpan.FromSeconds(5))).Data!;
}
