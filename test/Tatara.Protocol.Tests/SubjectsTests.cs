namespace Tatara.Protocol.Tests;

public sealed class SubjectsTests
{
    [Theory]
    [InlineData(Subjects.RouterRegister, "router.register")]
    [InlineData(Subjects.RouterUnregister, "router.unregister")]
    [InlineData(Subjects.RouterStart, "router.start")]
    [InlineData(Subjects.RouterGreet, "router.greet")]
    [InlineData(Subjects.DeaAdvertise, "dea.advertise")]
    [InlineData(Subjects.DeaLocate, "dea.locate")]
    [InlineData(Subjects.DeaStart, "dea.start")]
    [InlineData(Subjects.DeaShutdown, "dea.shutdown")]
    [InlineData(Subjects.DeaSilent, "tatara.dea.silent")]
    [InlineData(Subjects.DeaStop, "dea.stop")]
    [InlineData(Subjects.DeaUpdate, "dea.update")]
    [InlineData(Subjects.DeaFindDroplet, "dea.find.droplet")]
    [InlineData(Subjects.DeaHeartbeat, "dea.heartbeat")]
    [InlineData(Subjects.DeaStatus, "dea.status")]
    [InlineData(Subjects.StagingAdvertise, "staging.advertise")]
    [InlineData(Subjects.StagingLocate, "staging.locate")]
    [InlineData(Subjects.StagingStop, "staging.stop")]
    [InlineData(Subjects.DropletExited, "droplet.exited")]
    [InlineData(Subjects.DropletUpdated, "droplet.updated")]
    [InlineData(Subjects.HealthManagerStart, "healthmanager.start")]
    [InlineData(Subjects.Hm9000Start, "hm9000.start")]
    [InlineData(Subjects.Hm9000Stop, "hm9000.stop")]
    [InlineData(Subjects.AppState, "app.state")]
    [InlineData(Subjects.ComponentDiscover, "vcap.component.discover")]
    [InlineData(Subjects.ComponentAnnounce, "vcap.component.announce")]
    [InlineData(Subjects.Queues.CloudController, "cc")]
    public void Subject_Name_IsCloudFoundrys(string subject, string expected) => subject.ShouldBe(expected);

    [Fact]
    public void Subject_OfADea_HasItsId()
    {
        Subjects.DeaStartInstance("dea-1").ShouldBe("dea.dea-1.start");
        Subjects.StagingStart("dea-1").ShouldBe("staging.dea-1.start");
    }
}
