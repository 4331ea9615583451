using System.Net;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Processes;

public sealed class ProcessTests(CoreFixture cc) : IClassFixture<CoreFixture>
{
    [Theory]
    [InlineData("""{"memory_in_mb":0}""", "Memory in mb must be greater than 0")]
    [InlineData("""{"memory_in_mb":-5}""", "Memory in mb must be greater than 0")]
    [InlineData("""{"memory_in_mb":1.5}""", "Memory in mb must be an integer")]
    [InlineData("""{"memory_in_mb":"1G"}""", "Memory in mb is not a number")]
    [InlineData("""{"memory_in_mb":99999999999}""", "Memory in mb must be less than or equal to 2147483647")]
    [InlineData("""{"disk_in_mb":0}""", "Disk in mb must be greater than 0")]
    [InlineData("""{"disk_in_mb":4096}""", "disk_quota too much disk requested (requested 4096 MB - must be less than 2048 MB)")]
    [InlineData("""{"instances":-1}""", "Instances must be greater than or equal to 0")]
    [InlineData("""{"log_rate_limit_in_bytes_per_second":-2}""", "Log rate limit in bytes per second must be greater than or equal to -1")]
    [InlineData("""{"cpu":1}""", "Unknown field(s): 'cpu'")]
    public async Task Scale_Wrong_UnprocessableEntity(string json, string detail)
    {
        var app = await cc.AppAsync();
        (await cc.Admin.SendTextAsync(HttpMethod.Post, $"/v3/apps/{app}/processes/web/actions/scale", json))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", detail);
    }

    [Fact]
    public async Task Scale_MoreInstances_KeepsTheVersion()
    {
        var app = await cc.StagedAppAsync();
        await cc.Admin.PostAsync($"/v3/apps/{app}/actions/start");
        var version = (string)(await cc.Admin.GetAsync($"/v3/processes/{app}")).Json["version"]!;
        cc.Instances.Clear();

        var scaled = (await cc.Admin.PostAsync($"/v3/apps/{app}/processes/web/actions/scale", new { instances = 3 })).Expect(HttpStatusCode.Accepted);
        ((int)scaled["instances"]!).ShouldBe(3);
        ((string)scaled["version"]!).ShouldBe(version);
        cc.Instances.Calls.ShouldBe([$"desired {app}"]);

        scaled = (await cc.Admin.PostAsync($"/v3/processes/{app}/actions/scale", new { memory_in_mb = 64 })).Expect(HttpStatusCode.Accepted);
        ((string)scaled["version"]!).ShouldNotBe(version);
        var types = (await cc.Admin.GetAsync($"/v3/audit_events?target_guids={app}&types=audit.app.process.scale")).Json;
        ((int)types["pagination"]!["total_results"]!).ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"health_check":{"type":"magic"}}""", "Health check Type must be \"port\", \"process\", or \"http\"")]
    [InlineData("""{"health_check":{"type":"port","data":{"endpoint":"/x"}}}""", "Health check type must be \"http\" to set a health check HTTP endpoint")]
    [InlineData("""{"health_check":{"type":"http","data":{"endpoint":"x"}}}""", "Health check Data Endpoint must be a valid URI path")]
    [InlineData("""{"health_check":{"type":"port","data":{"timeout":0}}}""", "Health check Data Timeout must be greater than 0")]
    [InlineData("""{"health_check":{"type":"port","data":{"timeout":181}}}""", "health_check_timeout Maximum exceeded: max 180s")]
    [InlineData("""{"command":""}""", "Command must be between 1 and 4096 characters")]
    public async Task Update_Wrong_UnprocessableEntity(string json, string detail) =>
        (await cc.Admin.SendTextAsync(HttpMethod.Patch, $"/v3/processes/{await cc.AppAsync()}", json))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", detail);

    [Fact]
    public async Task Update_CommandAndCheck_ShownToDevelopersOnly()
    {
        var app = await cc.StagedAppAsync();
        ((string)(await cc.Admin.GetAsync($"/v3/processes/{app}")).Json["command"]!).ShouldBe("run web", "it comes from the droplet");
        var updated = (await cc.Admin.PatchAsync($"/v3/apps/{app}/processes/web", """{"command":"own","health_check":{"type":"http","data":{"endpoint":"/health","timeout":90}}}""")).Expect(HttpStatusCode.OK);
        ((string)updated["command"]!).ShouldBe("own");
        ((string)updated["health_check"]!["data"]!["endpoint"]!).ShouldBe("/health");
        ((string)(await cc.Admin.GetAsync($"/v3/apps/{app}/processes")).Json["resources"]![0]!["command"]!).ShouldBe("[PRIVATE DATA HIDDEN]");
        updated = (await cc.Admin.PatchAsync($"/v3/processes/{app}", """{"command":null,"health_check":{"type":"process","data":{"timeout":null}}}""")).Expect(HttpStatusCode.OK);
        ((string)updated["command"]!).ShouldBe("run web");
        updated["health_check"]!["data"]!.AsObject().ContainsKey("endpoint").ShouldBeFalse();
        updated["health_check"]!["data"]!["timeout"].ShouldBeNull();
    }

    [Fact]
    public async Task StopInstance_IndexOutOfRange_InstanceNotFound()
    {
        var app = await cc.StagedAppAsync();
        foreach (var index in new[] { "1", "-1", "x" })
            (await cc.Admin.DeleteAsync($"/v3/processes/{app}/instances/{index}")).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "Instance not found");
        (await cc.Admin.DeleteAsync($"/v3/apps/{app}/processes/web/instances/0")).Status.ShouldBe(HttpStatusCode.NoContent);
        cc.Instances.Calls.ShouldContain($"stop-instance {app} 0");
    }

    [Fact]
    public async Task Get_UnknownProcess_ProcessNotFound()
    {
        (await cc.Admin.GetAsync("/v3/processes/none")).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "Process not found");
        (await cc.Admin.GetAsync($"/v3/apps/{await cc.AppAsync()}/processes/worker")).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "Process not found");
    }
}
