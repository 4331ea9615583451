using System.Net;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Roles;

public sealed class AccessTests(CoreFixture cc) : IClassFixture<CoreFixture>
{
    [Theory]
    [InlineData("space_developer", HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK)]
    [InlineData("space_auditor", HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    [InlineData("space_manager", HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    [InlineData("organization_manager", HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    [InlineData("organization_user", HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.NotFound)]
    [InlineData(null, HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.NotFound)]
    public async Task App_ByRole_SeenChangedAndSecrets(string? role, HttpStatusCode see, HttpStatusCode change, HttpStatusCode secrets)
    {
        var organization = await cc.OrganizationAsync();
        var space = await cc.SpaceAsync(organization);
        var app = await cc.AppAsync(space);
        var user = World.Unique("user");
        if (role is not null && role != "organization_user") await cc.GiveRoleAsync(user, "organization_user", organization);
        if (role is not null) await cc.GiveRoleAsync(user, role, role.StartsWith("organization") ? organization : null, space);
        var client = cc.User(user);

        (await client.GetAsync($"/v3/apps/{app}")).Status.ShouldBe(see);
        (await client.PatchAsync($"/v3/apps/{app}", new { name = World.Unique("new") })).Status.ShouldBe(change);
        (await client.GetAsync($"/v3/apps/{app}/environment_variables")).Status.ShouldBe(secrets);
        ((int)(await client.GetAsync("/v3/apps")).Json["pagination"]!["total_results"]!).ShouldBe(see == HttpStatusCode.OK ? 1 : 0);
        ((int)(await client.GetAsync("/v3/spaces")).Json["pagination"]!["total_results"]!).ShouldBe(see == HttpStatusCode.OK ? 1 : 0);
        ((int)(await client.GetAsync("/v3/organizations")).Json["pagination"]!["total_results"]!).ShouldBe(role is null ? 0 : 1);
    }

    [Fact]
    public async Task Admin_ReadOnlyScope_SeesButDoesNotChange()
    {
        var app = await cc.AppAsync();
        var auditor = cc.Client(cc.Tokens.Token("auditor", "auditor", "cloud_controller.global_auditor", "cloud_controller.write"));
        (await auditor.GetAsync($"/v3/apps/{app}")).Status.ShouldBe(HttpStatusCode.OK);
        (await auditor.GetAsync($"/v3/apps/{app}/env")).ExpectError(HttpStatusCode.Forbidden, 10003, "CF-NotAuthorized");
        (await auditor.DeleteAsync($"/v3/apps/{app}")).ExpectError(HttpStatusCode.Forbidden, 10003, "CF-NotAuthorized", "You are not authorized to perform the requested action");
    }

    [Fact]
    public async Task Organization_Suspended_OnlyAdminsChange()
    {
        var organization = await cc.OrganizationAsync();
        var space = await cc.SpaceAsync(organization);
        await cc.GiveRoleAsync("developer", "organization_user", organization);
        await cc.GiveRoleAsync("developer", "space_developer", space: space);
        (await cc.Admin.PatchAsync($"/v3/organizations/{organization}", new { suspended = true })).Expect(HttpStatusCode.OK);
        var request = new { name = "a", relationships = World.To("space", space) };
        (await cc.User("developer").PostAsync("/v3/apps", request)).ExpectError(HttpStatusCode.Forbidden, 10017, "CF-OrgSuspended");
        (await cc.Admin.PostAsync("/v3/apps", request)).Expect(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Role_InASpaceWithoutOneInItsOrganization_Refused()
    {
        var space = await cc.SpaceAsync();
        await cc.User("lonely").GetAsync("/v3/organizations");
        (await cc.Admin.PostAsync("/v3/roles", new { type = "space_developer", relationships = new { user = World.Data("lonely"), space = World.Data(space) } }))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity",
                "Users cannot be assigned roles in a space if they do not have a role in that space's organization.");
    }

    [Fact]
    public async Task Role_ByNameTwice_AlreadyHas()
    {
        var organization = await cc.OrganizationAsync("twice-org");
        await cc.User("somebody").GetAsync("/v3/organizations");
        var request = new
        {
            type = "organization_manager",
            relationships = new { user = new { data = new { username = "somebody-name" } }, organization = World.Data(organization) },
        };
        var role = await cc.Admin.CreateAsync("/v3/roles", request);
        ((string)role["relationships"]!["user"]!["data"]!["guid"]!).ShouldBe("somebody");
        (await cc.Admin.PostAsync("/v3/roles", request)).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity",
            "User 'somebody-name' already has 'organization_manager' role in organization 'twice-org'.");
        (await cc.User("somebody").PostAsync("/v3/spaces", new { name = "mine", relationships = World.To("organization", organization) })).Expect(HttpStatusCode.Created);
        await cc.Admin.WaitForJobAsync(await cc.Admin.DeleteAsync($"/v3/roles/{role["guid"]}"));
        (await cc.User("somebody").GetAsync($"/v3/organizations/{organization}")).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "Organization not found");
    }

    [Theory]
    [InlineData("""{"type":"king","relationships":{"user":{"data":{"guid":"u"}},"organization":{"data":{"guid":"o"}}}}""", "Type must be one of")]
    [InlineData("""{"type":"space_developer","relationships":{"user":{"data":{"guid":"u"}},"organization":{"data":{"guid":"o"}}}}""", "Relationships Organization cannot be provided with the space role type: 'space_developer'.")]
    [InlineData("""{"type":"space_developer","relationships":{"user":{"data":{}},"space":{"data":{"guid":"o"}}}}""", "Relationships User must have a username or guid specified")]
    [InlineData("""{"type":"organization_user","relationships":{"user":{"data":{"username":"nobody"}},"organization":{"data":{"guid":"o"}}}}""", "Invalid organization. Ensure that the organization exists and you have access to it.")]
    public async Task Role_WrongShape_UnprocessableEntity(string json, string detail)
    {
        var response = await cc.Admin.SendTextAsync(HttpMethod.Post, "/v3/roles", json);
        response.ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity");
        ((string)response.Json["errors"]![0]!["detail"]!).ShouldStartWith(detail);
    }

    [Fact]
    public async Task Job_OfAnotherUser_NotFound()
    {
        var accepted = await cc.Admin.DeleteAsync($"/v3/apps/{await cc.AppAsync()}");
        (await cc.User("stranger").GetAsync(accepted.Location!.AbsolutePath)).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "Job not found");
    }
}
