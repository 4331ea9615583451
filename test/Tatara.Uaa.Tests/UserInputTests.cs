using static Tatara.Uaa.Tests.RunningUaa;

namespace Tatara.Uaa.Tests;

public sealed class UserInputTests(SharedUaa shared) : IClassFixture<SharedUaa>
{
    [Theory]
    [InlineData("""{"userName":"Admin","password":"x","emails":[{"value":"a"}]}""", 409, "scim_resource_already_exists")]
    [InlineData("""{"password":"x"}""", 400, "invalid_scim_resource")]
    [InlineData("""{"userName":"a b","password":"x"}""", 400, "invalid_scim_resource")]
    [InlineData("""{"userName":"a\u0000","password":"x"}""", 400, "invalid_scim_resource")]
    [InlineData("""{"userName":"maria"}""", 422, "invalid_password")]
    [InlineData("""{"userName":"maria","password":""}""", 422, "invalid_password")]
    [InlineData("""{"userName":["maria"]}""", 400, "invalid_request")]
    [InlineData("""[]""", 400, "invalid_request")]
    [InlineData("""{"userName":""", 400, "invalid_request")]
    [InlineData("null", 400, "invalid_scim_resource")]
    public async Task CreateUser_BadInput_ClearError(string body, int status, string error)
    {
        var uaa = shared.Uaa;
        var admin = await uaa.AdminAccessTokenAsync();

        var response = await uaa.SendAsync(HttpMethod.Post, "/Users", new("bearer", admin), new StringContent(body, null, "application/json"));

        ((int)response.StatusCode).ShouldBe(status, await response.Content.ReadAsStringAsync());
        (await JsonAsync(response)).GetProperty("error").GetString().ShouldBe(error);
        (await JsonAsync(await uaa.GetAsync("/Users", admin))).GetProperty("totalResults").GetInt32().ShouldBe(1);
    }
}
