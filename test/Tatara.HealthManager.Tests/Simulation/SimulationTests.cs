using Tatara.Protocol;

namespace Tatara.HealthManager.Tests.Simulation;

public sealed class SimulationTests
{
    [Fact]
    public void Push_CloudControllerStartsItself_HealthManagerKeepsOut()
    {
        var platform = SimulatedPlatform.Running("other", 1);
        platform.Wire.MaxDelay = TimeSpan.FromSeconds(2);

        platform.CloudController.Want("app", "v1", 5);
        platform.Run(60);

        platform.ShouldRunExactly();
        platform.StartsOrdered.ShouldBeEmpty();
    }

    [Fact]
    public void Push_CloudControllersStartIsLost_IsStartedAfterAWhile()
    {
        var platform = SimulatedPlatform.Running("other", 1);

        platform.CloudController.Want("app", "v1", 2, act: false);

        platform.RunUntil(platform.RunsExactly, 12).ShouldBeGreaterThan(9);
    }

    [Fact]
    public void Crash_Told_IsStartedAtOnceAndOnce()
    {
        var platform = SimulatedPlatform.Running("app", 3);
        var victim = platform.Deas[0].Instances[0];

        platform.Deas[0].Crash(victim);

        platform.RunUntil(platform.RunsExactly, 1).ShouldBeLessThan(0.3);
        platform.Run(60);
        platform.StartsOrdered.Count.ShouldBe(1);
    }

    [Fact]
    public void Crash_AllAtOnce_AllAreStartedAtOnce()
    {
        var platform = SimulatedPlatform.Running("app", 10);

        foreach (var dea in platform.Deas)
            foreach (var instance in dea.Instances.ToList()) dea.Crash(instance);

        platform.RunUntil(platform.RunsExactly, 1).ShouldBeLessThan(0.3);
    }

    [Fact]
    public void Crash_MessageLost_IsHealedByTheNextHeartbeat()
    {
        var platform = SimulatedPlatform.Running("app", 3);

        platform.Deas[0].Crash(platform.Deas[0].Instances[0], tell: false);

        platform.RunUntil(platform.RunsExactly, 4).ShouldBeLessThan(2.8);
    }

    [Fact]
    public void CrashLoop_OneInstance_ThreeAtOnceThenEverLater()
    {
        var platform = SimulatedPlatform.Running("app", 1);
        platform.CrashAfter["app"] = TimeSpan.FromSeconds(2);

        platform.Run(7200);

        var waits = platform.StartsOrdered.Select((s, i) => (s.At - (i == 0 ? s.At : platform.StartsOrdered[i - 1].At)).TotalSeconds - (i == 0 ? 0 : 2)).ToList();
        waits.Take(9).Select(w => Math.Round(w / 10) * 10).ShouldBe([0, 0, 0, 30, 60, 120, 240, 480, 960]);
        waits.Skip(9).ShouldAllBe(w => w > 950 && w < 970);
    }

    [Fact]
    public void CrashLoop_AllInstances_OneIsTriedForAll()
    {
        var platform = SimulatedPlatform.Running("app", 3);
        platform.CrashAfter["app"] = TimeSpan.FromSeconds(0.5);
        platform.Run(60);
        platform.StartsOrdered.Clear();

        platform.Run(3600);
        platform.StartsOrdered.Select(s => s.Index).Distinct().ShouldBe([0]);
        platform.StartsOrdered.Count.ShouldBeInRange(4, 8);

        platform.CrashAfter.Clear();
        platform.RunUntil(platform.RunsExactly, 1000);
    }

    [Fact]
    public void Crash_AfterFiveHealthyMinutes_IsTheFirstAgain()
    {
        var platform = SimulatedPlatform.Running("app", 1);
        for (var round = 0; round < 10; round++)
        {
            platform.Deas.ForEach(d => d.Instances.ToList().ForEach(i => d.Crash(i)));
            platform.RunUntil(platform.RunsExactly, 1);
            platform.Run(303);
        }

        platform.StartsOrdered.Count.ShouldBe(10);
    }

    [Fact]
    public void Dea_DiesWithAHundred_AllAreStartedElsewhereOnceAndSoon()
    {
        var platform = SimulatedPlatform.Running("app", 200);
        var lost = platform.Deas[0].Instances.Count;

        platform.Deas[0].Die();

        platform.RunUntil(platform.RunsExactly, 7).ShouldBeLessThan(6);
        platform.Run(60);
        platform.StartsOrdered.Count.ShouldBe(lost);
        platform.StopsOrdered.ShouldBeEmpty();
    }

    [Fact]
    public void Dea_TheOtherIsEmpty_ItStillTakesOver()
    {
        var platform = SimulatedPlatform.Running("app", 1);
        var holder = platform.Deas.Single(d => d.Instances.Count == 1);

        holder.Die();

        platform.RunUntil(platform.RunsExactly, 7);
    }

    [Fact]
    public void Dea_SilentForAWhileAndBack_NothingIsLeftTwice()
    {
        var platform = SimulatedPlatform.Running("app", 20);

        platform.Deas[0].IsCutOff = true;
        platform.Run(20);
        platform.Deas[0].IsCutOff = false;
        platform.Run(2, () => Served(platform, "app", 20));

        platform.RunUntil(platform.RunsExactly, 60);
        platform.Run(60, () => Served(platform, "app", 20));
        platform.ShouldRunExactly();
    }

    [Fact]
    public void Dea_OneHeartbeatLost_NothingHappens()
    {
        var platform = SimulatedPlatform.Running("app", 20);

        platform.Wire.IsCut = true;
        platform.Run(2.1);
        platform.Wire.IsCut = false;
        platform.Run(60);

        platform.StartsOrdered.ShouldBeEmpty();
    }

    [Fact]
    public void HealthManager_RestartedWhileAllRuns_NothingHappens()
    {
        var platform = SimulatedPlatform.Running("app", 20);
        platform.Deas[0].IsCutOff = true;

        platform.RestartMonitor();
        platform.Run(7);
        platform.Deas[0].IsCutOff = false; // the slower one to recover
        platform.Run(120);

        platform.StartsOrdered.ShouldBeEmpty();
        platform.StopsOrdered.ShouldBeEmpty();
    }

    [Fact]
    public void HealthManager_RestartedAfterTheMachineRebooted_EverythingIsStartedOnceSettled()
    {
        var platform = SimulatedPlatform.Running("app", 20);
        foreach (var dea in platform.Deas) dea.Instances.Clear();

        platform.RestartMonitor();

        platform.RunUntil(platform.RunsExactly, 12).ShouldBeGreaterThan(9);
        platform.StartsOrdered.Count.ShouldBe(20);
    }

    [Fact]
    public void HealthManager_RestartedDuringAPush_NothingIsStartedTwice()
    {
        var platform = SimulatedPlatform.Running("other", 1);
        platform.Wire.MaxDelay = TimeSpan.FromSeconds(2);

        platform.CloudController.Want("app", "v1", 10);
        platform.Run(1);
        platform.RestartMonitor();
        platform.Run(120);

        platform.StartsOrdered.ShouldBeEmpty();
        platform.ShouldRunExactly();
    }

    [Fact]
    public void HealthManager_SleptForHalfAMinute_NothingHappens()
    {
        var platform = SimulatedPlatform.Running("app", 20);

        platform.SleepMonitor(30);
        platform.Run(120);

        platform.StartsOrdered.ShouldBeEmpty();
        platform.StopsOrdered.ShouldBeEmpty();
    }

    [Fact]
    public void Bus_AwayForAMinuteWhileAnInstanceCrashes_IsHealedSoonAfter()
    {
        var platform = SimulatedPlatform.Running("app", 20);

        platform.CutBus();
        platform.Run(30);
        platform.Deas[0].Crash(platform.Deas[0].Instances[0]);
        platform.Run(30);
        platform.StartsOrdered.ShouldBeEmpty();
        platform.MendBus();

        platform.RunUntil(platform.RunsExactly, 7);
        platform.Run(60);
        platform.StartsOrdered.Count.ShouldBe(1);
    }

    [Fact]
    public void CloudController_AwayWhileAppsCrash_EverythingIsHealedWhenItIsBack()
    {
        var platform = SimulatedPlatform.Running("app", 20);

        platform.CloudController.IsAway = true;
        platform.Run(1);
        foreach (var instance in platform.Deas[0].Instances.ToList()) platform.Deas[0].Crash(instance);
        platform.Run(600);
        platform.CloudController.IsAway = false;

        platform.RunUntil(platform.RunsExactly, 15);
    }

    [Fact]
    public void CloudController_AwayForLong_OldWishesAreNotActedUpon()
    {
        var platform = SimulatedPlatform.Running("app", 2);
        platform.CloudController.IsAway = true;
        platform.Run(121);

        platform.Deas[0].Crash(platform.Deas[0].Instances[0]);
        platform.Run(300);

        platform.StartsOrdered.ShouldBeEmpty();
    }

    [Fact]
    public void Order_Lost_IsRepeatedAfterAWhile()
    {
        var platform = SimulatedPlatform.Running("app", 1);
        platform.CloudController.IsAway = true;
        platform.Deas.ForEach(d => d.Instances.ToList().ForEach(i => d.Crash(i)));
        platform.Run(1);
        platform.CloudController.IsAway = false;

        platform.RunUntil(platform.RunsExactly, 12).ShouldBeGreaterThan(8);
    }

    [Fact]
    public void Scale_UpAndDown_IsCloudControllersAlone()
    {
        var platform = SimulatedPlatform.Running("app", 1);

        foreach (var instances in new[] { 5, 2, 8, 0, 3 })
        {
            platform.CloudController.Want("app", "v1", instances);
            platform.Run(3);
        }
        platform.Run(60);

        platform.ShouldRunExactly();
        platform.StartsOrdered.ShouldBeEmpty();
    }

    [Fact]
    public void Stop_MessageToTheDeaLost_IsStoppedSoon()
    {
        var platform = SimulatedPlatform.Running("app", 4);

        platform.CloudController.Want("app", "v1", 4, started: false, act: false);

        platform.RunUntil(platform.RunsExactly, 3);
    }

    [Fact]
    public void Restart_InANewVersion_OnlyTheNewOneStays()
    {
        var platform = SimulatedPlatform.Running("app", 4);

        platform.CloudController.Want("app", "v2", 4);
        platform.Run(30);

        platform.ShouldRunExactly();
        platform.StartsOrdered.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0.2, false)]
    [InlineData(0.2, true)]
    [InlineData(60, false)]
    [InlineData(60, true)]
    public void StopAndStart_InTheSameVersion_NothingRunsTwice(double between, bool keepsUpdatedAt)
    {
        var platform = SimulatedPlatform.Running("app", 4);
        platform.Run(100);
        platform.CloudController.KeepsUpdatedAt = keepsUpdatedAt;
        platform.Wire.MaxDelay = TimeSpan.FromSeconds(2);

        platform.CloudController.Want("app", "v1", 4, started: false);
        platform.Run(between);
        platform.CloudController.Want("app", "v1", 4);
        platform.Run(60);

        platform.ShouldRunExactly();
        platform.StartsOrdered.ShouldBeEmpty();
    }

    [Fact]
    public void Evacuation_ADea_EveryIndexIsServedAllAlong()
    {
        var platform = SimulatedPlatform.Running("app", 10);
        platform.StartTime = TimeSpan.FromSeconds(5);

        platform.Deas[0].Evacuate();
        platform.Run(30, () => Served(platform, "app", 10));

        platform.Deas[0].Instances.ShouldBeEmpty();
        platform.ShouldRunExactly();
        platform.StartsOrdered.Count.ShouldBe(5);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Chaos_ThenCalm_EverythingRunsExactlyOnce(int seed)
    {
        var random = new Random(seed);
        var platform = new SimulatedPlatform(deas: 4, seed);
        platform.Wire.LossRate = 0.2;
        platform.Wire.RepeatRate = 0.1;
        platform.Wire.MaxDelay = TimeSpan.FromSeconds(random.Next(4));
        for (var i = 0; i < 5; i++) platform.CloudController.Want($"app-{i}", "v1", random.Next(1, 8));

        for (var round = 0; round < 40; round++)
        {
            Disturb(platform, random);
            platform.Run(random.NextDouble() * 20);
        }
        platform.Wire.LossRate = platform.Wire.RepeatRate = 0;
        platform.Wire.MaxDelay = TimeSpan.Zero;
        platform.Deas.ForEach(d => d.IsCutOff = false);
        platform.MendBus();
        platform.CloudController.IsAway = false;
        platform.CrashAfter.Clear();

        platform.RunUntil(platform.RunsExactly, 1100); // the longest wait of a flapping instance is in it
        platform.Run(120, platform.ShouldRunExactly);
    }

    public static TheoryData<int> Seeds() => new(Enumerable.Range(1, 40));

    private static void Disturb(SimulatedPlatform platform, Random random)
    {
        var dea = platform.Deas[random.Next(platform.Deas.Count)];
        var app = $"app-{random.Next(5)}";
        switch (random.Next(10))
        {
            case 0:
                dea.Die();
                platform.Deas.Remove(dea);
                platform.Deas.Add(new SimulatedDea(platform, $"dea-{Guid.NewGuid()}"));
                break;
            case 1:
                dea.IsCutOff = !dea.IsCutOff;
                break;
            case 2:
                platform.CloudController.IsAway = !platform.CloudController.IsAway;
                break;
            case 3:
                platform.CloudController.Want(app, "v" + random.Next(3), random.Next(8), random.Next(4) > 0, random.Next(4) > 0);
                break;
            case 4:
                platform.RestartMonitor();
                break;
            case 5:
                platform.SleepMonitor(random.Next(10));
                break;
            case 6:
                platform.CutBus();
                break;
            case 7:
                platform.MendBus();
                break;
            case 8:
                if (!platform.CrashAfter.Remove(app)) platform.CrashAfter[app] = TimeSpan.FromSeconds(random.Next(1, 5));
                break;
            default:
                foreach (var instance in dea.Instances.Where(_ => random.Next(2) == 0).ToList()) dea.Crash(instance, random.Next(2) == 0);
                break;
        }
    }

    private static void Served(SimulatedPlatform platform, string droplet, int instances)
    {
        var serving = platform.Instances.Where(i => i.Droplet == droplet && i.State != InstanceStates.Starting).Select(i => i.Index).ToHashSet();
        serving.Count.ShouldBe(instances);
    }
}
