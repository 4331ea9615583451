using Tatara.Protocol;
using Tatara.Testing;

namespace Tatara.HealthManager.Tests;

public sealed class StatusTests
{
    [Fact]
    public async Task Metrics_WhatShouldRunAndWhatDoes_IsCounted()
    {
        await using var platform = await Fakes.Platform.StartAsync(cc =>
        {
            cc.Want(1, "app", "v2", 3);
            cc.Want(2, "stopped", "v1", 4, "STOPPED");
        });
        await using var dea = platform.StartDea(
            "dea-1", Running("app", "v2", "a", 0), Running("app", "v2", "b", 0), Running("app", "v1", "c", 1), Running("app", "v2", "d", 7), Running("nobodys", "v1", "e", 0));

        await MemberStatus.MetricsAsync(
            platform.Server, ComponentTypes.HealthManager,
            "tatara_health_manager_desired_instances 3", "tatara_health_manager_actual_instances 5", "tatara_health_manager_missing_instances 2",
            "tatara_health_manager_extra_instances 4", "tatara_health_manager_active 1", "tatara_health_manager_desired_known 1");
        (await MemberStatus.AskAsync(platform.Server, ComponentTypes.HealthManager)).Problem.ShouldBeNull();
    }

    private static InstanceHeartbeat Running(string droplet, string version, string instance, int index) =>
        new(droplet, version, instance, index, InstanceStates.Running, 1);
}
