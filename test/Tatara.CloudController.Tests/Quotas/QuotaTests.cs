using System.Net;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Quotas;

public sealed class QuotaTests(CoreFixture cc) : IClassFixture<CoreFixture>
{
    [Fact]
    public async Task Start_BeyondTheOrganizationsMemory_Refused()
    {
        var (_, space) = await WithQuotaAsync(new { total_memory_in_mb = 1500 });
        var first = await cc.StagedAppAsync(space);
        var second = await cc.StagedAppAsync(space);
        (await cc.Admin.PostAsync($"/v3/apps/{first}/actions/start")).Expect(HttpStatusCode.OK);
        Refused(await cc.Admin.PostAsync($"/v3/apps/{second}/actions/start"), "memory quota_exceeded");
        ((string)(await cc.Admin.GetAsync($"/v3/apps/{second}")).Json["state"]!).ShouldBe("STOPPED", "nothing changed");
        Refused(await cc.Admin.PostAsync($"/v3/processes/{first}/actions/scale", new { instances = 2 }), "memory quota_exceeded");
        ((int)(await cc.Admin.GetAsync($"/v3/processes/{first}")).Json["instances"]!).ShouldBe(1);
        (await cc.Admin.PostAsync($"/v3/processes/{second}/actions/scale", new { memory_in_mb = 256 })).Expect(HttpStatusCode.Accepted);
        (await cc.Admin.PostAsync($"/v3/apps/{second}/actions/start")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Start_ManyAtOnce_QuotaHolds()
    {
        var (_, space) = await WithQuotaAsync(new { total_memory_in_mb = 2048 });
        var apps = new List<string>();
        for (var i = 0; i < 6; i++) apps.Add(await cc.StagedAppAsync(space));
        var responses = await Task.WhenAll(apps.Select(a => cc.Admin.PostAsync($"/v3/apps/{a}/actions/start")));
        responses.Count(r => r.Status == HttpStatusCode.OK).ShouldBe(2);
        responses.Count(r => r.Status == HttpStatusCode.UnprocessableEntity).ShouldBe(4);
    }

    [Fact]
    public async Task Scale_BeyondInstancesOrInstanceMemory_Refused()
    {
        var (_, space) = await WithQuotaAsync(new { total_instances = 2, per_process_memory_in_mb = 1024 });
        var app = await cc.StagedAppAsync(space);
        await cc.Admin.PostAsync($"/v3/apps/{app}/actions/start");
        Refused(await cc.Admin.PostAsync($"/v3/processes/{app}/actions/scale", new { instances = 3 }), "app_instance_limit app_instance_limit_exceeded");
        Refused(await cc.Admin.PostAsync($"/v3/processes/{app}/actions/scale", new { memory_in_mb = 2048 }), "memory instance_memory_limit_exceeded");
    }

    [Fact]
    public async Task SpaceQuota_Applied_LimitsTheSpaceAndItsRoutes()
    {
        var organization = await cc.OrganizationAsync();
        var space = await cc.SpaceAsync(organization, "narrow");
        var quota = await cc.Admin.CreateAsync("/v3/space_quotas", new
        {
            name = "small", apps = new { total_memory_in_mb = 512 }, routes = new { total_routes = 0 },
            relationships = new { organization = World.Data(organization), spaces = new { data = new[] { new { guid = space } } } },
        });
        var app = await cc.StagedAppAsync(space);
        Refused(await cc.Admin.PostAsync($"/v3/apps/{app}/actions/start"), "memory space_quota_exceeded");
        (await cc.Admin.PostAsync("/v3/routes", new { host = "no", relationships = new { space = World.Data(space), domain = World.Data(await cc.DefaultDomainAsync()) } }))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Routes quota exceeded for space 'narrow'.");
        (await cc.Admin.PatchAsync($"/v3/space_quotas/{quota["guid"]}", """{"apps":{"total_memory_in_mb":null}}""")).Expect(HttpStatusCode.OK);
        (await cc.Admin.PostAsync($"/v3/apps/{app}/actions/start")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task OrganizationQuota_InUse_NotDeleted()
    {
        var (quota, _) = await WithQuotaAsync(new { total_instances = 5 });
        (await cc.Admin.DeleteAsync($"/v3/organization_quotas/{quota}")).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity");
        (await cc.Admin.GetAsync("/v3/organization_quotas?names=default")).Json["resources"]!.AsArray().Count.ShouldBe(1);
        (await cc.Admin.PostAsync("/v3/organization_quotas", """{"name":"bad","apps":{"total_memory_in_mb":-1}}"""))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Apps Total memory in mb must be greater than or equal to 0");
    }

    private async Task<(string Quota, string Space)> WithQuotaAsync(object apps)
    {
        var organization = await cc.OrganizationAsync();
        var quota = await cc.Admin.CreateAsync("/v3/organization_quotas", new
        {
            name = World.Unique("quota"), apps, relationships = new { organizations = new { data = new[] { new { guid = organization } } } },
        });
        return ((string)quota["guid"]!, await cc.SpaceAsync(organization));
    }

    private static void Refused(ApiResponse response, string detail)
    {
        response.ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity");
        ((string)response.Json["errors"]![0]!["detail"]!).ShouldStartWith(detail);
    }
}
