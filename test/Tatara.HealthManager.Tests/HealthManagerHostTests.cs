using Tatara.HealthManager.Tests.Fakes;
using Tatara.MessageBus;
using Tatara.Protocol;

namespace Tatara.HealthManager.Tests;

public sealed class HealthManagerHostTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static InstanceHeartbeat Running(string droplet, string version, string instance, int index) =>
        new(droplet, version, instance, index, InstanceStates.Running, 1);

    private static async Task<T> NextAsync<T>(NatsSubscription<T> subscription)
    {
        using var timeout = new CancellationTokenSource(Patience);
        return (await subscription.Messages.ReadAsync(timeout.Token)).Data!;
    }

    [Fact]
    public async Task Missing_KnownForLong_IsStartedOnceSettled()
    {
        await using var platform = await Platform.StartAsync(cc => cc.Want(1, "app", "v1", 2));
        await using var dea = platform.StartDea("dea-1", Running("app", "v1", "a", 0));

        var start = await NextAsync(platform.Starts);

        (start.Droplet, start.Version, start.InstanceIndex).ShouldBe(("app", "v1", 1));
        start.MessageId.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Missing_BusWasThereBeforeItsListener_IsStarted()
    {
        await using var platform = await Platform.StartAsync(cc => cc.Want(1, "app", "v1", 1), isConnectedBefore: true);
        await using var dea = platform.StartDea("dea-1");

        (await NextAsync(platform.Starts)).InstanceIndex.ShouldBe(0);
    }

    [Fact]
    public async Task Exit_OfAnInstanceThatHeartbeatsStillShow_IsStartedAtOnce()
    {
        await using var platform = await Platform.StartAsync(cc => cc.Want(1, "app", "v1", 1));
        await using var dea = platform.StartDea("dea-1", Running("app", "v1", "a", 0));
        await SettledAsync(platform, "app", "v1");

        await platform.Bus.PublishAsync(Subjects.DropletExited, new DropletExited("app", "v1", "a", 0, ExitReasons.Crashed, 137, "killed", 2));

        (await NextAsync(platform.Starts)).InstanceIndex.ShouldBe(0);
    }

    [Fact]
    public async Task Exit_MessageLost_IsHealedByTheNextHeartbeat()
    {
        await using var platform = await Platform.StartAsync(cc => cc.Want(1, "app", "v1", 1));
        await using var dea = platform.StartDea("dea-1", Running("app", "v1", "a", 0));
        await SettledAsync(platform, "app", "v1");

        dea.Holds.Clear();

        (await NextAsync(platform.Starts)).InstanceIndex.ShouldBe(0);
    }

    [Fact]
    public async Task Dea_FallsSilent_ItsInstancesAreStartedElsewhere()
    {
        await using var platform = await Platform.StartAsync(cc => cc.Want(1, "app", "v1", 2));
        await using var dead = platform.StartDea("dea-1", Running("app", "v1", "a", 0));
        await using var alive = platform.StartDea("dea-2", Running("app", "v1", "b", 1));
        await SettledAsync(platform, "app", "v1");

        await dead.DisposeAsync();

        (await NextAsync(platform.Starts)).InstanceIndex.ShouldBe(0);
    }

    [Fact]
    public async Task Bulk_ManyPages_AllAreWatched()
    {
        await using var platform = await Platform.StartAsync(cc =>
        {
            for (var i = 1; i <= 7; i++) cc.Want(i * 10, $"app-{i}", "v1", 1);
            cc.Want(80, "stopped", "v1", 1, "STOPPED");
        });
        await using var dea = platform.StartDea("dea-1");

        var started = new HashSet<string>();
        while (started.Count < 7) started.Add((await NextAsync(platform.Starts)).Droplet);

        started.ShouldBe(Enumerable.Range(1, 7).Select(i => $"app-{i}"), ignoreOrder: true);
    }

    [Fact]
    public async Task DropletUpdated_Stopped_ItsInstancesAreStopped()
    {
        await using var platform = await Platform.StartAsync(cc => cc.Want(1, "app", "v1", 1));
        await using var dea = platform.StartDea("dea-1", Running("app", "v1", "a", 0));
        await SettledAsync(platform, "app", "v1");

        platform.CloudController.Want(1, "app", "v1", 1, "STOPPED");
        await platform.Bus.PublishAsync(Subjects.DropletUpdated, new DropletUpdated("app"));

        var stop = await NextAsync(platform.Stops);
        (stop.Droplet, stop.InstanceGuid, stop.IsDuplicate).ShouldBe(("app", "a", false));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"results":{"x":null},"bulk_token":{"id":1}}""")]
    [InlineData("""{"results":{"x":{"id":"x","version":"v","instances":2000000000,"state":"STARTED","package_state":"STAGED","updated_at":"2020-01-01T00:00:00Z"}},"bulk_token":{"id":1}}""")]
    [InlineData("""{"results":{"x":{"id":"x","version":"v","instances":1,"state":"STARTED","package_state":"STAGED","updated_at":"2020-01-01T00:00:00Z"}},"bulk_token":{"id":0}}""")]
    public async Task Bulk_AnswersNonsense_NothingIsStoppedAndItRecovers(string body)
    {
        await using var platform = await Platform.StartAsync(cc =>
        {
            cc.Want(1, "app", "v1", 2);
            cc.Instead = context => context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body)).AsTask();
        });
        await using var dea = platform.StartDea("dea-1", Running("app", "v1", "a", 0));
        await Task.Delay(Platform.Options(platform.Server, platform.CloudController).SettleTime * 1.5);
        platform.Stops.Messages.TryRead(out _).ShouldBeFalse();
        platform.Starts.Messages.TryRead(out _).ShouldBeFalse();

        platform.CloudController.Instead = null;

        (await NextAsync(platform.Starts)).InstanceIndex.ShouldBe(1);
    }

    [Fact]
    public async Task Start_BusAndCloudControllerAway_WaitsForThem()
    {
        await using var platform = await Platform.StartAsync(cc => cc.Want(1, "app", "v1", 1));
        await platform.Server.KillAsync();
        using var host = HealthManagerHost.Build(Platform.Options(platform.Server, platform.CloudController), _ => { });

        await host.StartAsync();
        await platform.Server.StartAgainAsync();
        await using var dea = platform.StartDea("dea-1");

        (await NextAsync(platform.Starts)).Droplet.ShouldBe("app");
        await host.StopAsync();
    }

    [Fact]
    public async Task TwoHealthManagers_ActiveOneEnds_OneOrderEachAndTheOtherTakesOver()
    {
        await using var platform = await Platform.StartAsync(cc => cc.Want(1, "app", "v1", 1));
        await using var dea = platform.StartDea("dea-1", Running("app", "v1", "a", 0));
        await SettledAsync(platform, "app", "v1");
        using var second = HealthManagerHost.Build(Platform.Options(platform.Server, platform.CloudController), _ => { });
        await second.StartAsync();
        var first = platform.CloudController.LeaseHolder;
        await Task.Delay(Platform.Options(platform.Server, platform.CloudController).SettleTime * 1.5);

        await platform.Bus.PublishAsync(Subjects.DropletExited, new DropletExited("app", "v1", "a", 0, ExitReasons.Crashed, 1, "", 2));
        dea.Holds.Clear();
        (await NextAsync(platform.Starts)).InstanceIndex.ShouldBe(0);
        platform.Starts.Messages.TryRead(out _).ShouldBeFalse();
        platform.CloudController.LeaseHolder.ShouldBe(first);

        await platform.StopHealthManagerAsync();

        (await NextAsync(platform.Starts)).InstanceIndex.ShouldBe(0, "the start that was ordered has not come about");
        platform.CloudController.LeaseHolder.ShouldNotBe(first);
        await second.StopAsync();
        platform.CloudController.LeaseHolder.ShouldBeNull();
    }

    [Fact]
    public async Task Bus_RestartedWhileAllRuns_NothingIsStarted()
    {
        await using var platform = await Platform.StartAsync(cc => cc.Want(1, "app", "v1", 1));
        await using var dea = platform.StartDea("dea-1", Running("app", "v1", "a", 0));
        await SettledAsync(platform, "app", "v1");

        await platform.Server.KillAsync();
        await Task.Delay(2000);
        await platform.Server.StartAgainAsync();
        await SettledAsync(platform, "app", "v1");
        await Task.Delay(500);

        platform.Starts.Messages.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Start_ConnectedToTheBus_AsksForHeartbeats()
    {
        await using var platform = await Platform.StartAsync();
        await using var asked = await platform.Bus.SubscribeCoreAsync<EmptyMessage>(Subjects.HealthManagerStart);
        await platform.Bus.ConnectAsync();
        using var second = HealthManagerHost.Build(Platform.Options(platform.Server, platform.CloudController), _ => { });

        await second.StartAsync();

        await NextAsync(asked);
        await second.StopAsync();
    }

    /// <summary>Waits until the Health Manager answers questions about an app, that is, until it believes what it knows.</summary>
    private static async Task SettledAsync(Platform platform, string droplet, string version)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                var answer = await platform.Bus.RequestAsync<AppStateRequest, AppStateResponse>(
                    Subjects.AppState, new AppStateRequest(droplet, version), TimeSpan.FromMilliseconds(200), timeout.Token);
                if (answer.Data!.InstanceHeartbeats.Count > 0 && platform.CloudController.Requests > 1) return;
            }
            catch (NatsException)
            {
            }
            await Task.Delay(50, timeout.Token);
        }
    }
}
