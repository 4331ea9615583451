using System.Collections.Concurrent;
using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tatara.CloudController.Data;
using Tatara.CloudController.Jobs;
using Tatara.CloudController.Tests.Deas;
using Tatara.CloudController.Tests.Packages;
using Tatara.CloudController.Tests.Support;
using Tatara.Testing;

namespace Tatara.CloudController.Tests.Hosting;

/// <summary>Two on one PostgreSQL, one nats-server and one folder of blobs.</summary>
public sealed class SeveralCloudControllersTests : IAsyncLifetime
{
    private readonly CloudControllerFixture _one = new();
    private readonly Work _work = new();
    private CloudControllerFixture _two = null!;
    private FakeDea _dea = null!;

    public async Task InitializeAsync()
    {
        _one.Database = await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync();
        _one.Replace = services => services.AddSingleton(_work).AddJobHandler<Working>("test.work");
        await _one.InitializeAsync();
        _two = await _one.StartBesideAsync("cloud-controller-1");
        _dea = await FakeDea.StartAsync(_one.Bus);
    }

    public async Task DisposeAsync()
    {
        await _dea.DisposeAsync();
        await _two.StopAsync();
        await _one.DisposeAsync();
    }

    [Fact]
    public async Task Start_ManyAtOnceOnAnEmptyDatabase_AllServe()
    {
        _one.Database = await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync();

        var all = await Task.WhenAll(Enumerable.Range(2, 3).Select(i => Task.Run(() => _one.StartBesideAsync($"cloud-controller-{i}"))));

        foreach (var each in all)
        {
            (await each.Admin.GetAsync("/v3/domains")).Expect(HttpStatusCode.OK)["resources"]!.AsArray().Count.ShouldBe(2);
            (await each.Admin.GetAsync("/v3/security_groups")).Expect(HttpStatusCode.OK)["resources"]!.AsArray().Count.ShouldBe(2);
            await each.StopAsync();
        }
    }

    [Fact]
    public async Task Jobs_ManyAtOne_AreSharedAndEachRunsOnce()
    {
        _work.AwaitedWorkers = 2;
        var guids = new List<string>();
        for (var i = 0; i < 30; i++) guids.Add(await EnqueueAsync(_one));

        await Eventually.TrueAsync(() => _work.Done.Count == 30, "end of all jobs");

        _work.Done.Select(d => d.Job).Order().ShouldBe(guids.Order());
        _work.Done.Select(d => d.Worker).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task Job_OfOneThatDied_IsTakenOverWhenItsClaimRunsOut()
    {
        _work.Hangs = true;
        var guid = await EnqueueAsync(_one);
        await Eventually.TrueAsync(() => !_work.Begun.IsEmpty, "begin of the job");
        var (holder, other) = _work.Begun.Single() == _one.Options.Name ? (_one, _two) : (_two, _one);
        await holder.StopAsync();
        _work.Hangs = false;
        (await new Seed(other).ReadAsync(db => db.Jobs.CountAsync(j => j.Guid == guid && j.ClaimedBy == holder.Options.Name))).ShouldBe(1);

        await new Seed(other).ReadAsync(db => db.Jobs.Where(j => j.Guid == guid).ExecuteUpdateAsync(s => s.SetProperty(j => j.ClaimedUntil, DateTimeOffset.UnixEpoch)));

        await Eventually.TrueAsync(() => _work.Done.Any(d => d.Job == guid && d.Worker == other.Options.Name), "end of the job at the other");
        await holder.StartAsync();
    }

    [Fact]
    public async Task Build_BegunAtOneThatStops_EndsAtTheOther()
    {
        var staged = new TaskCompletionSource();
        _dea.Stage = async m =>
        {
            await staged.Task;
            return await FakeDea.StageWellAsync(m);
        };
        _one.Configure = o => o with { InternalUrl = new Uri("http://" + _two.Address.Authority) };
        await _one.StopAsync();
        await _one.StartAsync();
        await Eventually.TrueAsync(() => _one.Services.GetRequiredService<CloudController.Deas.DeaPool>().StagerSeen("dea-1") is not null, "advertisement");
        var app = await new Seed(_one).AppAsync();
        var package = await _one.Admin.ReadyPackageAsync(app.Guid);
        var build = (string)(await _one.Admin.CreateAsync("/v3/builds", new { package = new { guid = package } }))["guid"]!;
        await _dea.NextStagingAsync();
        await _one.StopAsync();

        staged.SetResult();

        await Eventually.GetAsync(
            async () => (string?)(await _two.Admin.GetAsync($"/v3/builds/{build}")).Json["state"] == "STAGED" ? "" : null, "end of the build");
        await _one.StartAsync();
    }

    [Fact]
    public async Task Scale_AtBothAtOnce_StartsEachInstanceOnce()
    {
        var app = await new Seed(_one).AppAsync(instances: 1, AppStates.Started, staged: true, sent: true);
        foreach (var cc in new[] { _one, _two })
            await Eventually.TrueAsync(() => cc.Services.GetRequiredService<CloudController.Deas.DeaPool>().StagerSeen("dea-1") is not null, "advertisement");

        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? _one : _two).Admin.PostAsync($"/v3/processes/{app.Guid}/actions/scale", new { instances = 6 })));

        await Eventually.TrueAsync(() => _dea.Starts.Count >= 5, "start messages");
        await Task.WhenAll(_one.Admin.GetAsync("/v3/apps"), _two.Admin.GetAsync("/v3/apps"));
        _dea.Starts.Select(s => s.Index).Order().ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task Start_TwoAppsAtBothAtOnce_StayWithinTheQuota()
    {
        var organization = await _one.OrganizationAsync();
        var quota = (string)(await _one.Admin.CreateAsync("/v3/organization_quotas", new { name = World.Unique("quota"), apps = new { total_memory_in_mb = 1500 } }))["guid"]!;
        (await _one.Admin.PostAsync($"/v3/organization_quotas/{quota}/relationships/organizations", new { data = new[] { new { guid = organization } } })).Expect(HttpStatusCode.OK);
        var space = await _one.SpaceAsync(organization);

        for (var i = 0; i < 5; i++)
        {
            var apps = new[] { await _one.StagedAppAsync(space), await _one.StagedAppAsync(space) };
            var answers = await Task.WhenAll(_one.Admin.PostAsync($"/v3/apps/{apps[0]}/actions/start"), _two.Admin.PostAsync($"/v3/apps/{apps[1]}/actions/start"));

            answers.Count(a => a.Status == HttpStatusCode.OK).ShouldBe(1, string.Join('\n', answers.Select(a => a.Text)));
            answers.Count(a => a.Status == HttpStatusCode.UnprocessableEntity).ShouldBe(1);
            foreach (var app in apps) (await _one.Admin.PostAsync($"/v3/apps/{app}/actions/stop")).Expect(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Name_AtBothAtOnce_IsOneOrganizations()
    {
        for (var i = 0; i < 5; i++)
        {
            var answers = await Task.WhenAll(
                _one.Admin.PostAsync("/v3/organizations", new { name = $"Race-{i}" }), _two.Admin.PostAsync("/v3/organizations", new { name = $"race-{i}" }));

            answers.Select(a => a.Status).Order().ShouldBe([HttpStatusCode.Created, HttpStatusCode.UnprocessableEntity]);
        }
    }

    private static async Task<string> EnqueueAsync(CloudControllerFixture cc)
    {
        await using var scope = cc.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<JobQueue>().EnqueueAsync("test.work", "payload", null, default)).Guid;
    }

    private sealed class Work
    {
        public ConcurrentQueue<(string Job, string Worker)> Done { get; } = new();
        public ConcurrentQueue<string> Begun { get; } = new();
        public volatile bool Hangs;
        public int AwaitedWorkers = 1;
    }

    private sealed class Working(Work work, CloudControllerOptions options) : IJobHandler
    {
        public async Task RunAsync(Job job, CancellationToken cancellationToken)
        {
            work.Begun.Enqueue(options.Name);
            while (work.Begun.Distinct().Count() < work.AwaitedWorkers || work.Hangs) await Task.Delay(10, cancellationToken);
            work.Done.Enqueue((job.Guid, options.Name));
        }
    }
}
