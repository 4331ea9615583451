using System.Net;
using Tatara.CloudController.Tests.Support;

namespace Tatara.CloudController.Tests.Organizations;

public sealed class OrganizationTests(CoreFixture cc) : IClassFixture<CoreFixture>
{
    [Fact]
    public async Task Create_NameTakenInOtherCase_AlreadyExists()
    {
        await cc.OrganizationAsync("acme");
        (await cc.Admin.PostAsync("/v3/organizations", new { name = "Acme" }))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Organization 'Acme' already exists.");
    }

    [Fact]
    public async Task Create_AsUser_OnlyWithTheFlag()
    {
        var user = cc.User("founder");
        (await user.PostAsync("/v3/organizations", new { name = "mine" })).ExpectError(HttpStatusCode.Forbidden, 10003, "CF-NotAuthorized");
        (await user.PatchAsync("/v3/feature_flags/user_org_creation", new { enabled = true })).ExpectError(HttpStatusCode.Forbidden, 10003, "CF-NotAuthorized");
        (await cc.Admin.PatchAsync("/v3/feature_flags/user_org_creation", new { enabled = true })).Expect(HttpStatusCode.OK);
        var organization = await user.CreateAsync("/v3/organizations", new { name = "mine" });
        (await user.PostAsync("/v3/spaces", new { name = "s", relationships = World.To("organization", (string)organization["guid"]!) })).Expect(HttpStatusCode.Created);
        (await cc.Admin.GetAsync("/v3/feature_flags/warp_drive")).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "Feature flag not found");
    }

    [Fact]
    public async Task CreateSpace_NameTaken_UniquePerOrganization()
    {
        var organization = await cc.OrganizationAsync();
        await cc.SpaceAsync(organization, "dev");
        (await cc.Admin.PostAsync("/v3/spaces", new { name = "DEV", relationships = World.To("organization", organization) }))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", "Name must be unique per organization");
        await cc.SpaceAsync(name: "dev");
    }

    [Fact]
    public async Task Delete_WithContents_RemovesThemAll()
    {
        var organization = await cc.OrganizationAsync();
        var space = await cc.SpaceAsync(organization);
        var app = await cc.StagedAppAsync(space);
        ((string)(await cc.Admin.WaitForJobAsync(await cc.Admin.DeleteAsync($"/v3/organizations/{organization}")))["state"]!).ShouldBe("COMPLETE");
        cc.Instances.Calls.ShouldContain($"stop {app} {app}");
        (await cc.Admin.GetAsync($"/v3/spaces/{space}")).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "Space not found");
        (await cc.Admin.GetAsync($"/v3/organizations/{organization}")).ExpectError(HttpStatusCode.NotFound, 10010, "CF-ResourceNotFound", "Organization not found");
    }

    [Fact]
    public async Task Domains_Default_IsThePlatformsOwn()
    {
        var organization = await cc.OrganizationAsync();
        ((string)(await cc.Admin.GetAsync($"/v3/organizations/{organization}/domains/default")).Json["name"]!).ShouldBe(TokenIssuer.Domain);
        (await cc.Admin.PostAsync("/v3/domains", new { name = "not a domain" })).ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity");
        (await cc.Admin.PostAsync("/v3/domains", new { name = TokenIssuer.Domain.ToUpperInvariant() }))
            .ExpectError(HttpStatusCode.UnprocessableEntity, 10008, "CF-UnprocessableEntity", $"The domain name \"{TokenIssuer.Domain}\" is already in use");
    }
}
