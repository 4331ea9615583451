using System.Net;
using static Tatara.Uaa.Tests.RunningUaa;

namespace Tatara.Uaa.Tests;

public sealed class UserTests
{
    [Fact]
    public async Task CreateUser_ThenLogIn_HasTheScopesOfEverybodyOnly()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var admin = await uaa.AdminAccessTokenAsync();

        var user = await uaa.CreateUserAsync(admin, "maria@example.org", "secret");

        user.GetProperty("origin").GetString().ShouldBe("uaa");
        user.TryGetProperty("password", out _).ShouldBeFalse();
        user.GetProperty("meta").GetProperty("version").GetInt32().ShouldBe(0);
        user.GetProperty("schemas")[0].GetString().ShouldBe("urn:scim:schemas:core:1.0");
        var scopes = (await JsonAsync(await uaa.LogInAsync("MARIA@example.org", "secret"))).GetProperty("scope").GetString()!.Split(' ');
        scopes.ShouldBe(["cloud_controller.read", "cloud_controller.write", "openid", "password.write", "uaa.user"], ignoreOrder: true);
    }

    [Fact]
    public async Task CreateUser_OfAnotherProvider_CannotLogInHere()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var admin = await uaa.AdminAccessTokenAsync();

        var response = await uaa.SendJsonAsync(HttpMethod.Post, "/Users", admin, new { userName = "admin", password = "x", origin = "ldap", emails = new[] { new { value = "a" } } });

        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await uaa.LogInAsync("admin", "x")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await uaa.LogInAsync("admin", Password)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Users_WithoutScope_SeeThemselvesOnly()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var admin = await uaa.AdminAccessTokenAsync();
        var id = (await uaa.CreateUserAsync(admin, "maria", "secret")).GetProperty("id").GetString();
        var adminId = (await JsonAsync(await uaa.GetAsync("/userinfo", admin))).GetProperty("user_id").GetString();
        var maria = (await JsonAsync(await uaa.LogInAsync("maria", "secret"))).GetProperty("access_token").GetString()!;

        (await uaa.GetAsync("/Users/" + id, maria)).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var (method, path) in new[]
        {
            (HttpMethod.Get, "/Users"), (HttpMethod.Get, "/Users/" + adminId), (HttpMethod.Post, "/Users"), (HttpMethod.Delete, "/Users/" + id),
            (HttpMethod.Put, $"/Users/{adminId}/password"), (HttpMethod.Get, "/Groups"), (HttpMethod.Get, "/oauth/clients/cf"),
        })
        {
            var response = await uaa.SendJsonAsync(method, path, maria, method == HttpMethod.Get ? null : new { });
            response.StatusCode.ShouldBe(HttpStatusCode.Forbidden, $"{method} {path}");
            (await JsonAsync(response)).GetProperty("error").GetString().ShouldBe("insufficient_scope");
        }
    }

    [Fact]
    public async Task DeleteUser_ItsTokens_AreWorthless()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var admin = await uaa.AdminAccessTokenAsync();
        var id = (await uaa.CreateUserAsync(admin, "maria", "secret")).GetProperty("id").GetString();
        var tokens = await JsonAsync(await uaa.LogInAsync("maria", "secret"));

        (await uaa.SendJsonAsync(HttpMethod.Delete, "/Users/" + id, admin, null)).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await uaa.RefreshAsync(tokens.GetProperty("refresh_token").GetString()!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await uaa.GetAsync("/userinfo", tokens.GetProperty("access_token").GetString())).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await uaa.LogInAsync("maria", "secret")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var again = await uaa.SendJsonAsync(HttpMethod.Delete, "/Users/" + id, admin, null);
        again.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await JsonAsync(again)).GetProperty("error").GetString().ShouldBe("scim_resource_not_found");
    }

    [Fact]
    public async Task UpdateUser_OutOfDate_Conflict()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var admin = await uaa.AdminAccessTokenAsync();
        var id = (await uaa.CreateUserAsync(admin, "maria", "secret")).GetProperty("id").GetString();
        object Body(bool active) => new { userName = "maria2", active, emails = new[] { new { value = "m@example.org" } } };

        var without = await uaa.SendJsonAsync(HttpMethod.Put, "/Users/" + id, admin, Body(true));
        var first = await uaa.SendJsonAsync(HttpMethod.Put, "/Users/" + id, admin, Body(true), ifMatch: "0");
        var second = await uaa.SendJsonAsync(HttpMethod.Put, "/Users/" + id, admin, Body(true), ifMatch: "0");

        without.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await JsonAsync(first)).GetProperty("userName").GetString().ShouldBe("maria2");
        second.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await uaa.SendJsonAsync(HttpMethod.Put, "/Users/" + id, admin, Body(false), ifMatch: "*")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await uaa.LogInAsync("maria2", "secret")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task ChangePassword_OwnWithTheOldOne_LogsEverySessionOut()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var admin = await uaa.AdminAccessTokenAsync();
        var id = (await uaa.CreateUserAsync(admin, "maria", "secret")).GetProperty("id").GetString();
        var tokens = await JsonAsync(await uaa.LogInAsync("maria", "secret"));
        var maria = tokens.GetProperty("access_token").GetString();
        Task<HttpResponseMessage> Change(string old, string next) => uaa.SendJsonAsync(HttpMethod.Put, $"/Users/{id}/password", maria, new { oldPassword = old, password = next });

        (await Change("wrong", "next")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        ((int)(await Change("secret", "secret")).StatusCode).ShouldBe(422);
        (await Change("secret", "next")).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await uaa.LogInAsync("maria", "secret")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await uaa.LogInAsync("maria", "next")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await uaa.RefreshAsync(tokens.GetProperty("refresh_token").GetString()!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Groups_MemberAddedAndRemoved_ScopeComesAndGoes()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var admin = await uaa.AdminAccessTokenAsync();
        var id = (await uaa.CreateUserAsync(admin, "maria", "secret")).GetProperty("id").GetString();
        var refresh = (await JsonAsync(await uaa.LogInAsync("maria", "secret"))).GetProperty("refresh_token").GetString()!;
        var page = await JsonAsync(await uaa.GetAsync("/Groups?filter=" + Uri.EscapeDataString("displayName eq \"cloud_controller.admin\""), admin));
        var group = page.GetProperty("resources")[0].GetProperty("id").GetString();
        async Task<string> ScopesAsync() => (await JsonAsync(await uaa.LogInAsync("maria", "secret"))).GetProperty("scope").GetString()!;

        var member = new { value = id, type = "USER", origin = "uaa" };
        (await uaa.SendJsonAsync(HttpMethod.Post, $"/Groups/{group}/members", admin, member)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await uaa.SendJsonAsync(HttpMethod.Post, $"/Groups/{group}/members", admin, member)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await ScopesAsync()).ShouldContain("cloud_controller.admin");
        (await JsonAsync(await uaa.RefreshAsync(refresh))).GetProperty("scope").GetString()!.ShouldNotContain("cloud_controller.admin");
        (await uaa.SendJsonAsync(HttpMethod.Delete, $"/Groups/{group}/members/{id}", admin, null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ScopesAsync()).ShouldNotContain("cloud_controller.admin");
        (await uaa.SendJsonAsync(HttpMethod.Post, $"/Groups/{group}/members", admin, new { value = "nobody", type = "USER" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Clients_Get_ShowsAllButTheSecret()
    {
        await using var uaa = await RunningUaa.StartAsync();
        var admin = await uaa.AdminAccessTokenAsync();

        var known = await uaa.GetAsync("/oauth/clients/worker", admin);
        var unknown = await uaa.GetAsync("/oauth/clients/nobody", admin);

        (await known.Content.ReadAsStringAsync()).ShouldNotContain("secret");
        (await JsonAsync(known)).GetProperty("client_id").GetString().ShouldBe("worker");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
