using System.Net;
using Tatara.CloudController.Tests.Deas;
using Tatara.CloudController.Tests.Packages;
using Tatara.CloudController.Tests.Support;
using Tatara.Testing;

namespace Tatara.CloudController.Tests.Hosting;

public sealed class DatabaseOutageTests : IAsyncLifetime
{
    private readonly CloudControllerFixture _cc = new();
    private PostgreSqlServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgreSqlServer.StartAsync();
        _cc.Database = await _server.CreateDatabaseAsync();
        await _cc.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _cc.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Request_DatabaseAwayAndBack_IsRefusedAndThenServed(bool crash)
    {
        var organization = await _cc.OrganizationAsync();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _cc.Admin.GetAsync("/v3/organizations"))); // Several pooled connections, all of which break.
        await _server.StopAsync(crash);

        (await _cc.Admin.GetAsync($"/v3/organizations/{organization}")).ExpectError(HttpStatusCode.ServiceUnavailable, 10015, "CF-ServiceUnavailable");
        (await _cc.Admin.PostAsync("/v3/organizations", new { name = "lost" })).ExpectError(HttpStatusCode.ServiceUnavailable, 10015, "CF-ServiceUnavailable");
        await _server.StartAgainAsync();

        await Eventually.GetAsync(
            async () => (await _cc.Admin.GetAsync($"/v3/organizations/{organization}")).Status == HttpStatusCode.OK ? "" : null, "answer after the outage");
        for (var i = 0; i < 20; i++) (await _cc.Admin.GetAsync("/v3/organizations")).Expect(HttpStatusCode.OK);
        var deletion = await _cc.Admin.WaitForJobAsync(await _cc.Admin.DeleteAsync($"/v3/organizations/{organization}"));
        ((string?)deletion["state"]).ShouldBe("COMPLETE", "the worker has survived, too");
    }

    [Fact]
    public async Task Build_DatabaseAwayWhenItEnds_EndsAllTheSame()
    {
        await using var dea = await FakeDea.StartAsync(_cc.Bus);
        var (uploaded, told) = (new TaskCompletionSource(), new TaskCompletionSource());
        dea.Stage = async m =>
        {
            var reply = await FakeDea.StageWellAsync(m);
            uploaded.SetResult();
            await told.Task;
            return reply;
        };
        var app = await new Seed(_cc).AppAsync();
        var package = await _cc.Admin.ReadyPackageAsync(app.Guid);
        var build = (string)(await _cc.Admin.CreateAsync("/v3/builds", new { package = new { guid = package } }))["guid"]!;
        await uploaded.Task;

        await _server.StopAsync();
        told.SetResult();
        (await _cc.Admin.GetAsync($"/v3/builds/{build}")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await _server.StartAgainAsync();

        await Eventually.GetAsync(
            async () => await _cc.Admin.GetAsync($"/v3/builds/{build}") is { Status: HttpStatusCode.OK } b && (string?)b.Json["state"] == "STAGED" ? "" : null, "end of the build");
    }

    [Fact]
    public async Task Request_ZeroCharacter_IsRefused()
    {
        (await _cc.Admin.PostAsync("/v3/organizations", new { name = "a\0b" })).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await _cc.Admin.GetAsync("/v3/organizations?names=a%00b")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await _cc.Admin.GetAsync("/v3/organizations")).Expect(HttpStatusCode.OK);
    }
}
