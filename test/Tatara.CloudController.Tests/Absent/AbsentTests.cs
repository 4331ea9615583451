using System.Net;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Absent;

public sealed class AbsentTests(CoreFixture cc) : IClassFixture<CoreFixture>
{
    [Theory]
    [InlineData("/v3/service_instances?names=db&space_guids=g&fields[space]=guid,name")]
    [InlineData("/v3/service_credential_bindings?app_guids=g&include=service_instance")]
    [InlineData("/v3/service_route_bindings?route_guids=a,b")]
    [InlineData("/v3/deployments?app_guids=g&status_values=ACTIVE&order_by=-created_at&per_page=1")]
    [InlineData("/v3/tasks")]
    [InlineData("/v3/isolation_segments?organization_guids=g")]
    public async Task List_OfWhatCannotBeMade_IsEmpty(string path)
    {
        var page = (await cc.Admin.GetAsync(path)).Expect(HttpStatusCode.OK);
        ((int)page["pagination"]!["total_results"]!).ShouldBe(0);
        page["resources"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Get_OfWhatCannotBeMade_NotFound()
    {
        (await cc.Admin.GetAsync("/v3/deployments/x")).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "Deployment not found");
        (await cc.Admin.GetAsync($"/v3/apps/{await cc.AppAsync()}/revisions")).Expect(HttpStatusCode.OK);
        (await cc.Admin.GetAsync("/v3/apps/none/tasks")).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "App not found");
    }
}
