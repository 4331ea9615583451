using System.Net;
using static Tatara.Uaa.Tests.RunningUaa;

namespace Tatara.Uaa.Tests;

public sealed class UserFilterTests(SharedUaa shared) : IClassFixture<SharedUaa>
{
    [Theory]
    [InlineData("userName eq \"Maria\"", 1)]
    [InlineData("username Eq \"maria\" AND origin eq \"uaa\"", 1)]
    [InlineData("userName eq \"maria\" and origin eq \"ldap\"", 0)]
    [InlineData("(userName eq \"maria\" or userName eq \"admin\") and active eq true", 2)]
    [InlineData("userName eq \"maria\" or userName eq \"admin\" and active eq false", 1)]
    [InlineData("userName co \"ARI\"", 1)]
    [InlineData("userName sw \"a\"", 1)]
    [InlineData("id pr", 2)]
    [InlineData("userName eq \"x\\\" or id pr or userName eq \\\"\"", 0)]
    [InlineData("userName co \"%\"", 0)]
    public async Task ListUsers_Filter_FindsThoseThatMatch(string filter, int count)
    {
        var uaa = shared.Uaa;
        var admin = await uaa.AdminAccessTokenAsync();
        await shared.EnsureUserAsync("maria");

        var page = await JsonAsync(await uaa.GetAsync("/Users?filter=" + Uri.EscapeDataString(filter), admin));

        page.GetProperty("totalResults").GetInt32().ShouldBe(count);
        page.GetProperty("resources").GetArrayLength().ShouldBe(count);
    }

    [Theory]
    [InlineData("userName")]
    [InlineData("userName eq")]
    [InlineData("userName eq maria")]
    [InlineData("userName eq \"maria")]
    [InlineData("passwordHash eq \"x\"")]
    [InlineData("id pr)")]
    [InlineData("userName gt \"a\"")]
    [InlineData("active eq \"true\"")]
    public async Task ListUsers_BadFilter_InvalidResource(string filter)
    {
        var uaa = shared.Uaa;

        var response = await uaa.GetAsync("/Users?filter=" + Uri.EscapeDataString(filter), await uaa.AdminAccessTokenAsync());

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await JsonAsync(response)).GetProperty("error").GetString().ShouldBe("invalid_scim_resource");
    }

    [Fact]
    public async Task ListUsers_EndlessFilters_AreRefusedAndOthersServed()
    {
        var uaa = shared.Uaa;
        var admin = await uaa.AdminAccessTokenAsync();
        var many = string.Join(" or ", Enumerable.Repeat("id eq \"x\"", 201));
        var deep = new string('(', 1000) + "id pr" + new string(')', 1000);

        (await uaa.GetAsync("/Users?filter=" + Uri.EscapeDataString(many), admin)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await uaa.GetAsync("/Users?filter=" + Uri.EscapeDataString(deep), admin)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await uaa.GetAsync("/Users?filter=" + Uri.EscapeDataString(many[..many.LastIndexOf(" or", StringComparison.Ordinal)]), admin)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
