using System.Net;
using Tatara.CloudController.Data;
using Tatara.CloudController.Tests.Deas;
using Tatara.CloudController.Tests.Packages;
using Tatara.CloudController.Tests.Support;
using Tatara.Protocol;
using Tatara.Testing;

namespace Tatara.CloudController.Tests.Status;

public sealed class StatusTests : IAsyncLifetime
{
    private readonly CloudControllerFixture _cc = new() { Configure = o => o with { Status = new() { Port = 0, Password = MemberStatus.Password } } };

    public Task InitializeAsync() => _cc.InitializeAsync();

    public Task DisposeAsync() => _cc.DisposeAsync();

    [Fact]
    public async Task Metrics_RequestsDeasAndWork_AreCounted()
    {
        await using var dea = await FakeDea.StartAsync(_cc.Bus);
        (dea.Memory, dea.Stage) = (2048, _ => Task.FromResult<StagingReply?>(null));
        var seed = new Seed(_cc);
        var app = await seed.AppAsync();
        var package = await _cc.Admin.ReadyPackageAsync(app.Guid);
        await _cc.Admin.CreateAsync("/v3/builds", new { package = new { guid = package } });
        await seed.ChangeAsync(db => Task.FromResult(db.Jobs.Add(new Job
        {
            Operation = "rests", Payload = "{}", ActorGuid = "x", ActorName = "x", ClaimedUntil = DateTimeOffset.UtcNow.AddHours(1),
        })));
        for (var i = 0; i < 3; i++) (await _cc.Admin.GetAsync("/v3/apps/none")).Status.ShouldBe(HttpStatusCode.NotFound);

        var page = await MemberStatus.MetricsAsync(
            _cc.Bus, ComponentTypes.CloudController,
            "tatara_cloud_controller_requests_total{status=\"4xx\"} 3", "tatara_cloud_controller_requests_total{status=\"5xx\"} 0",
            "tatara_cloud_controller_deas 1", "tatara_cloud_controller_stagings 1", "tatara_cloud_controller_jobs_waiting 1", "tatara_cloud_controller_database_up 1");

        page.ShouldContain("tatara_cloud_controller_request_duration_seconds_bucket{le=\"+Inf\"} ");
        page.ShouldContain("tatara_cloud_controller_deas_free_memory_bytes ");
        var member = await MemberStatus.AskAsync(_cc.Bus, ComponentTypes.CloudController);
        (member.Name, member.Problem).ShouldBe(("cloud-controller-0", null));
        member.Neighbours.ShouldBe(["dea-1"]);
    }

    [Fact]
    public async Task Member_DatabaseAway_SaysSoAndRecovers()
    {
        await using var server = await PostgreSqlServer.StartAsync();
        await using var cc = new OwnDatabase(server, _cc.Configure);
        await cc.StartAsync();
        (await MemberStatus.AskAsync(cc.Fixture.Bus, ComponentTypes.CloudController)).Problem.ShouldBeNull();
        await server.StopAsync();

        (await MemberStatus.AskAsync(cc.Fixture.Bus, ComponentTypes.CloudController)).Problem.ShouldBeOneOf("the database is away", "what it needs does not answer");
        var page = await MemberStatus.ReadAsync(cc.Fixture.Bus, ComponentTypes.CloudController, "/metrics");
        page.ShouldNotContain("tatara_cloud_controller_jobs_waiting ");
        page.ShouldContain("} 0\n");

        await server.StartAgainAsync();
        await Eventually.GetAsync(async () => (await MemberStatus.AskAsync(cc.Fixture.Bus, ComponentTypes.CloudController)).Problem is null ? "" : null, "health");
    }

    private sealed class OwnDatabase(PostgreSqlServer server, Func<CloudControllerOptions, CloudControllerOptions> configure) : IAsyncDisposable
    {
        public CloudControllerFixture Fixture { get; } = new() { Configure = configure };

        public async Task StartAsync()
        {
            Fixture.Database = await server.CreateDatabaseAsync();
            await Fixture.InitializeAsync();
        }

        public async ValueTask DisposeAsync() => await Fixture.DisposeAsync();
    }
}
